# two of three write: the last mapping stays a KSM page and is copied too
proc p1
p1 mmap a 12K
p1 write a fill=1
p1 madvise a mergeable
ksmd scan 2
p1 write a[0] fill=2
p1 write a[1] fill=3
ksmd scan 1
observe one left
p1 write a[2] fill=4
observe written
expect vmstat.cow_ksm 1
ksmd scan 1
observe none left
