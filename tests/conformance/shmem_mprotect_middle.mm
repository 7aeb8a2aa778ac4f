# tmpfs 107, 108: two processes map one huge page; one protects a page of it
proc p1
sys transparent_hugepage/shmem_enabled always
p1 mmap a 2M shared
p1 write a seed=2
p1 fork p2
p2 read a[9]
observe both
p1 mprotect a[100] r
observe gone
p1 read a[100]
p2 write a[100]
p1 write a[101]
observe end
# The recorded answer leaves out what was not of this script: mthp counts of other processes,
# and one hugetlb page that the recording machine kept promised to nobody.
