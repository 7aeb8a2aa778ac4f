# a pool shrinks below what is in use and grows again: surplus comes and goes
proc p1
vm nr_hugepages 6
p1 mmap a 8M hugetlb
p1 write a[0..1024]
vm nr_hugepages 1
observe shrunk
vm nr_hugepages 3
observe partly
p1 munmap a[0..512]
observe one less
vm nr_overcommit_hugepages 1
p1 mmap b 4M hugetlb
p1 exit
observe gone
