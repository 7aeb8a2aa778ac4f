# kernel self test: a byte written in each of two pages
proc p1
p1 mmap a 8K
p1 write a fill=0x2a
p1 madvise a mergeable
ksmd scan 2
observe merged
p1 write a[0] byte=1
p1 write a[1] byte=2
ksmd scan 1
observe
expect ksm.pages_shared 0
expect ksm.pages_sharing 0
