# 64 KiB folios moved to odd places, and in parts
proc p1
sys transparent_hugepage/hugepages-64kB/enabled madvise
p1 mmap a 512K
p1 madvise a hugepage
p1 write a seed=1
p1 mremap a[8..24] to b off=4K
p1 mremap a[64..96] to c
observe moved
p1 munmap b
vm drop_caches 2
observe unmapped
