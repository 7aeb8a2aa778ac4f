# hugepage-mmap: the same of a file, shared
proc p1
vm nr_hugepages 8
memfd h 16M hugetlb
p1 mmap a 16M memfd=h shared
p1 write a idx
p1 check a idx
observe written
p1 munmap a
observe unmapped
p1 mmap b 16M memfd=h shared
p1 check b idx
observe end
