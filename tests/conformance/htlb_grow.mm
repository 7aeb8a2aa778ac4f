# hugetlb 68, 69: a pool grows, an area takes promises and pages from it and gives them back
proc p1
vm nr_hugepages 10
observe grown
p1 mmap a 8M hugetlb
observe mapped
p1 write a[0]
observe touched
p1 munmap a
observe gone
vm nr_hugepages 2
observe end
