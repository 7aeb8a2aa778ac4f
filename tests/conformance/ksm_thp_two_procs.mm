# two processes with equal huge pages of different pages: both are split
proc p1
p1 mmap a 2M
p1 madvise a hugepage
p1 write a seed=1
p1 madvise a mergeable
proc p2
p2 mmap a 2M
p2 madvise a hugepage
p2 write a seed=1
p2 madvise a mergeable
ksmd scan 1
ksmd scan 1
observe
expect ksm.pages_shared 512
expect ksm.pages_sharing 512
