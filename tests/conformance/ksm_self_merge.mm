# kernel self test: ten pages
proc p1
p1 mmap a 40K
p1 write a fill=0x2a
p1 madvise a mergeable
ksmd scan 2
observe
expect ksm.pages_shared 1
expect ksm.pages_sharing 9
