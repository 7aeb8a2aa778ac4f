# MADV_FREE of a shared huge page, whole and in part
proc p1
p1 mmap a 2M
p1 madvise a hugepage
p1 write a seed=1
p1 fork p2
p1 madvise a free
observe whole
p1 madvise a[0..3] free
observe part
p2 exit
p1 madvise a free
observe alone
p1 write a[5]
observe written
