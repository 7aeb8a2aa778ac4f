# the parent goes before the child was ever scanned
proc p1
p1 mmap a 8K
p1 write a fill=1
p1 madvise a mergeable
ksmd scan 2
p1 fork p2
p1 exit
observe exit
ksmd scan 1
observe scanned
ksmd scan 1
observe twice
