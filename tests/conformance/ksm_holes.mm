# a range with a hole: ENOMEM, and both sides are mergeable
proc p1
p1 mmap a 32K
p1 write a fill=1
p1 munmap a[3..5]
p1 madvise a mergeable
ksmd scan 2
observe merged
p1 madvise a unmergeable
observe unmerged
ksmd scan 1
observe later
