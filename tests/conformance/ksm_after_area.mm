# neighbours merge into one area when both are mergeable
proc p1
p1 mmap a 16K
p1 write a fill=1
p1 mmap b 16K after=a
p1 madvise a mergeable
observe apart
p1 madvise b mergeable
p1 write b fill=1
ksmd scan 2
observe one area
p1 madvise b[1..3] unmergeable
observe three areas
p1 madvise b[1..3] mergeable
observe one area again
