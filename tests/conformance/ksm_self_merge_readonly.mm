# kernel self test with other protections
proc p1
p1 mmap a 40K
p1 write a fill=0x2a
p1 mprotect a r
p1 mmap b 40K
p1 write b fill=0x2b
p1 mprotect b rx
p1 madvise a mergeable
p1 madvise b mergeable
ksmd scan 2
observe
expect ksm.pages_shared 2
expect ksm.pages_sharing 18
p1 mprotect a rw
p1 write a[0..5] fill=0x2a
observe broken
ksmd scan 1
observe again
