# equal pages in 64 KiB folios
proc p1
sys transparent_hugepage/hugepages-64kB/enabled madvise
p1 mmap a 256K
p1 madvise a hugepage
p1 write a fill=7
p1 madvise a mergeable
ksmd scan 2
observe merged
p1 write a[0..16] seed=1
observe written
