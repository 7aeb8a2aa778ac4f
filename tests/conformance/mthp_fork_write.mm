# copies out of 64 KiB folios on both sides
proc p1
sys transparent_hugepage/hugepages-64kB/enabled madvise
p1 mmap a 256K
p1 madvise a hugepage
p1 write a seed=1
p1 fork p2
p2 write a[0..8]
p1 write a[4..12]
observe both
p2 exit
p1 write a[16..64]
observe alone
