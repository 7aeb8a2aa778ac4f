# hugetlb 83: the owner writes and the pool is empty: the child loses its mapping
proc p1
vm nr_hugepages 2
p1 mmap a 4M hugetlb
p1 write a[0]
p1 fork p2
p1 write a[512]
p2 read a[512]
p1 write a[0]
p2 read a[0]
observe end
