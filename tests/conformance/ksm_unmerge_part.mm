# unmerging a part splits the area; counters follow
proc p1
p1 mmap a 16K
p1 write a fill=1
p1 madvise a mergeable
ksmd scan 2
p1 madvise a[0..2] unmergeable
observe unmerged
expect vmstat.cow_ksm 2
ksmd scan 1
observe scanned
expect ksm.pages_sharing 1
p1 madvise a[0..2] mergeable
ksmd scan 1
observe back
ksmd scan 1
observe merged again
