# tmpfs 116: the size a fault takes; what is allocated by fallocate asks the mount alone
proc p1
sys transparent_hugepage/hugepages-64kB/shmem_enabled always
p1 mmap a 2M shared
p1 write a[0]
observe one
p1 write a[40]
p1 madvise a[32..36] remove
p1 write a[33]
observe hole
memfd m 256K
p1 fallocate m alloc 0 128K
p1 mmap b 256K shared memfd=m
p1 read b[0]
p1 write b[40]
observe end
# The recorded answer leaves out what was not of this script: mthp counts of other processes,
# and one hugetlb page that the recording machine kept promised to nobody.
