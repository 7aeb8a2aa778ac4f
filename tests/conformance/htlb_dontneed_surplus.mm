# hugetlb 85: with surplus pages around, a page that is given up takes its promise along
proc p1
proc p2
vm nr_hugepages 1
vm nr_overcommit_hugepages 1
p1 mmap a 4M hugetlb
p1 write a
observe used
p1 madvise a[0..512] dontneed
observe given
p2 mmap b 2M hugetlb noreserve
p2 write b
p1 write a[0]
observe end
