# surplus pages become ordinary when the pool grows past them; then they go one by one
proc p1
vm nr_overcommit_hugepages 3
p1 mmap a 6M hugetlb
p1 write a[0..1024]
observe surplus
vm nr_hugepages 1
observe one
vm nr_hugepages 5
observe five
p1 munmap a[0..512]
vm nr_hugepages 2
observe two
p1 exit
observe end
