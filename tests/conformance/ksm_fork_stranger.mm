# child and parent share a frame, a stranger has an equal page
proc p1
p1 mmap a 4K
p1 write a fill=1
p1 madvise a mergeable
p1 fork p2
proc p3
p3 mmap b 4K
p3 write b fill=1
p3 madvise b mergeable
ksmd scan 1
ksmd scan 1
observe scan 2
ksmd scan 1
observe scan 3
