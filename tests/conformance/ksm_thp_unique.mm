# a huge page of different pages is never split
proc p1
p1 mmap a 2M
p1 madvise a hugepage
p1 write a idx
p1 madvise a mergeable
ksmd scan 4
observe
ksmd scan 1
observe skipped
