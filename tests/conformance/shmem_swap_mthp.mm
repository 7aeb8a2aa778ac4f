# large folios of shared memory are split on their way to a swap file
proc p1
swap on 64M
sys transparent_hugepage/hugepages-64kB/shmem_enabled always
p1 mmap a 512K shared
p1 write a idx
observe written
p1 madvise a pageout
observe out
p1 read a[3]
p1 write a[40]
observe back
p1 madvise a[48..64] willneed
p1 check a idx
observe end
# The recorded answer leaves out what was not of this script: mthp counts of other processes,
# and one hugetlb page that the recording machine kept promised to nobody.
