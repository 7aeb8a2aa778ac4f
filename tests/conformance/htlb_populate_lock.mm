# populate, mlock, populate_read and populate_write, and a pool too small for them
proc p1
vm nr_hugepages 4
p1 mmap a 4M hugetlb populate
observe populated
p1 mmap b 4M hugetlb noreserve
p1 madvise b populate_read
observe read
p1 madvise b populate_write
p1 mlock a
p1 munlock a
observe locked
p1 mmap c 2M hugetlb noreserve populate
p1 read c[0]
observe full
