# hugetlb 81, 82: a child writes: a copy while there is a page, SIGBUS after
proc p1
vm nr_hugepages 3
p1 mmap a 4M hugetlb
p1 write a idx
p1 fork p2
observe forked
p2 write a[0] fill=7
observe copied
p2 write a[512] fill=7
p1 check a idx
p2 read a[600]
observe end
