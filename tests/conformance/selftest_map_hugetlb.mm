# map_hugetlb: memory of huge pages written, checked, given back
proc p1
vm nr_hugepages 8
p1 mmap a 16M hugetlb
p1 write a idx
p1 check a idx
observe written
p1 munmap a
observe end
