# MADV_COLLAPSE copies merged pages; they merge again and split the huge page
proc p1
p1 mmap a 2M
p1 madvise a nohugepage
p1 write a idx
p1 write a[0..8] fill=1
p1 madvise a mergeable
ksmd scan 2
observe merged
p1 madvise a hugepage
p1 madvise a collapse
observe collapsed
ksmd scan 1
observe scan 1
ksmd scan 1
observe scan 2
