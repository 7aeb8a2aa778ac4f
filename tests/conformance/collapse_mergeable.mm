# MADV_COLLAPSE of merged pages in a mergeable area
proc p1
p1 mmap a 2M
p1 write a fill=9
p1 madvise a mergeable
ksmd scan 2
observe merged
p1 madvise a collapse
observe huge
ksmd scan 2
observe again
