# hugetlb 92: allocating more than there is; the size of a file is in huge pages
proc p1
vm nr_hugepages 2
memfd m 6M hugetlb
p1 fallocate m alloc 0 6M
observe short
p1 truncate m 4K
p1 mmap a 6M shared memfd=m
p1 mmap b 4M shared memfd=m
p1 write b
p1 mmap c 4M memfd=m
p1 fallocate m punch 0 4M
observe end
# The recorded answer leaves out what was not of this script: mthp counts of other processes.
