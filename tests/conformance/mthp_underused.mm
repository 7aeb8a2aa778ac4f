# the shrinker and 64 KiB folios of zeroes
proc p1
sys transparent_hugepage/hugepages-64kB/enabled madvise
sys transparent_hugepage/khugepaged/max_ptes_none 3
p1 mmap a 256K
p1 madvise a hugepage
p1 write a zero
vm drop_caches 2
observe kept
p1 madvise a[0..2] dontneed
p1 madvise a[20..22] dontneed
vm drop_caches 2
observe split
