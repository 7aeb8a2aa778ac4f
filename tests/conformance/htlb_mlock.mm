# hugetlb 89: locking faults pages in and leaves no mark
proc p1
vm nr_hugepages 2
p1 mmap a 4M hugetlb noreserve
p1 mlock a[0..100]
observe locked
p1 mmap b 2M hugetlb noreserve
p1 mlock b
p1 mlock a
p1 mlock b
p1 munlock a
p1 munlock a[0..100]
observe end
