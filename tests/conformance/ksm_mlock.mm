# locked pages merge; the lock follows the KSM page
proc p1
p1 mmap a 16K
p1 mmap b 16K
p1 write a fill=1
p1 write b fill=1
p1 mlock a
p1 madvise a mergeable
p1 madvise b mergeable
ksmd scan 2
observe merged
p1 munlock a
observe unlocked
p1 mlock b
observe other side
p1 write b[0] fill=1
observe written
