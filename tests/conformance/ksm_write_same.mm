# written back to what it was: merged again at its next visit
proc p1
p1 mmap a 12K
p1 write a fill=1
p1 madvise a mergeable
ksmd scan 2
p1 write a[1] fill=1
observe written
expect vmstat.cow_ksm 1
ksmd scan 1
observe merged
expect ksm.pages_sharing 2
