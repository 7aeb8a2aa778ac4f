# a KSM page whose last mapping is in a locked area is held by the lock batch when run=2 has copied it: its items go one by one
proc p1
p1 mmap a 32K
p1 write a fill=7
p1 mmap b 32K
p1 write b fill=8
p1 madvise a mergeable
p1 madvise b mergeable
sys ksm/run 1
ksmd scan 2
p1 mprotect a r
p1 mprotect b r
p1 mlock a[3]
observe
sys ksm/run 2
observe
sys ksm/run 1
ksmd scan 2
p1 mlock b
observe
sys ksm/run 2
observe
