# copies of a shared huge page, then the rest freed piece by piece
proc p1
p1 mmap a 2M
p1 madvise a hugepage
p1 write a seed=1
p1 fork p2
p2 write a[0..4]
p1 write a[508..512]
observe copied
p2 madvise a[100..200] free
p1 madvise a[0..256] dontneed
observe freed
p2 exit
observe alone
vm drop_caches 2
observe dropped
