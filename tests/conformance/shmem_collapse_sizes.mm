# tmpfs 118: MADV_COLLAPSE asks the size of 2 MiB
proc p1
sys transparent_hugepage/hugepages-2048kB/shmem_enabled never
p1 mmap a 4M shared
p1 write a idx
p1 madvise a[0..512] collapse
sys transparent_hugepage/hugepages-2048kB/shmem_enabled inherit
p1 madvise a[0..512] collapse
observe inherit
sys transparent_hugepage/hugepages-2048kB/shmem_enabled advise
p1 madvise a[512..1024] collapse
p1 madvise a hugepage
p1 madvise a[512..1024] collapse
p1 check a idx
observe end
# The recorded answer leaves out what was not of this script: mthp counts of other processes,
# and one hugetlb page that the recording machine kept promised to nobody.
