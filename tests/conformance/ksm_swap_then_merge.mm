# pages that were paged out before the scan
proc p1
swap on 64M
p1 mmap a 64K
p1 write a fill=1
p1 madvise a mergeable
ksmd scan 1
observe
p1 madvise a pageout
observe out
ksmd scan 1
observe nothing to see
p1 read a
ksmd scan 1
observe read
ksmd scan 1
observe merged
