# copied pages of a private file mapping merge with anonymous ones
proc p1
file f 64K
p1 mmap a 64K file=f
p1 mmap b 16K
p1 read a
p1 write a[2..6] fill=1
p1 write b fill=1
p1 madvise a mergeable
p1 madvise b mergeable
ksmd scan 2
observe merged
p1 truncate f 12K
observe truncated
ksmd scan 1
observe later
