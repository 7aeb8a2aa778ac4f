# what is written to one page of a folio is known of all when their rights change together
proc p1
sys transparent_hugepage/hugepages-16kB/shmem_enabled always
p1 mmap a 64K shared
p1 read a
p1 write a[1]
observe written
p1 mprotect a r
observe read_only
p1 mprotect a rw
p1 write a[5]
p1 mlock a[4..8]
p1 write a[9]
p1 mprotect a[8..12] r
p1 write a[13]
p1 mprotect a[13] r
observe end
# The recorded answer leaves out what was not of this script: mthp counts of other processes,
# and one hugetlb page that the recording machine kept promised to nobody.
