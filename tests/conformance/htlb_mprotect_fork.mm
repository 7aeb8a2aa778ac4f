# protection of whole pages, and copies after it
proc p1
vm nr_hugepages 4
p1 mmap a 4M hugetlb
p1 write a seed=1
p1 mprotect a[0..512] r
p1 write a[3]
p1 mprotect a[0..512] rw
p1 fork p2
p1 mprotect a none
p1 read a[0]
p1 mprotect a rw
p2 write a[0..1024] seed=2
observe copied
p1 check a seed=1
p1 munmap a[0..512]
p1 mprotect a[512..700] r
observe end
