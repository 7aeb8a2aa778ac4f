# growing and shrinking, in place and elsewhere
proc p1
p1 mmap a 16K
p1 mmap b 16K after=a
p1 write a fill=1
p1 write b fill=1
p1 madvise a mergeable
p1 madvise b mergeable
ksmd scan 2
observe merged
p1 mremap b 64K
observe grown in place
p1 write b[4..8] fill=1
ksmd scan 2
observe merged
p1 mremap b 8K
observe shrunk
ksmd scan 1
p1 mremap a 64K maymove
observe moved
ksmd scan 2
observe merged
