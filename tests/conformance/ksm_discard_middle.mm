# a discarded page comes back as zeros
proc p1
p1 mmap a 12K
p1 write a fill=1
p1 madvise a mergeable
ksmd scan 2
p1 madvise a[1] dontneed
p1 read a[1]
p1 write a[1] zero
ksmd scan 1
observe gate
ksmd scan 1
observe waits
