# unmerged and mergeable again before any scan: the checksums are still there
proc p1
p1 mmap a 12K
p1 write a fill=1
p1 madvise a mergeable
ksmd scan 2
p1 madvise a unmergeable
p1 madvise a mergeable
ksmd scan 1
observe one scan
expect ksm.pages_sharing 2
p1 madvise a unmergeable
ksmd scan 1
p1 madvise a mergeable
ksmd scan 1
observe items were gone
ksmd scan 1
observe merged
