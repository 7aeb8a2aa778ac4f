# two equal pages in different phases of the skips never meet
proc p1
p1 mmap a 4K
p1 write a fill=1
p1 madvise a mergeable
ksmd scan 13
p1 mmap b 4K
p1 write b fill=1
p1 madvise b mergeable
ksmd scan 30
observe apart
p1 mmap c 4K
p1 write c fill=1
p1 madvise c mergeable
ksmd scan 12
observe a third
ksmd scan 9
observe together
