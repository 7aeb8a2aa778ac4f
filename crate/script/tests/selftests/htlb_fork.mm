# pool rows: the child copies if it can, else SIGBUS; an owner without a page takes its child's
proc p1
vm nr_hugepages 2
p1 mmap a 2M hugetlb
p1 write a[0]
p1 fork p2
observe forked
expect hugetlb.Free 1
p2 write a[0]
expect ok
observe copied
expect hugetlb.Free 0
expect p1.a.Private_Hugetlb 2048
expect p2.a.Private_Hugetlb 2048
p2 exit
p1 munmap a
vm nr_hugepages 1
p1 mmap b 2M hugetlb
p1 write b[0]
p1 fork p3
p3 write b[0]
expect signal SIGBUS
p1 write b[0]
expect ok
p3 read b[0]
expect signal SIGBUS
observe end
expect hugetlb.Free 0
