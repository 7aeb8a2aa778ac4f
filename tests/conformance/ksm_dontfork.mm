# areas a child does not get, and gets wiped
proc p1
p1 mmap a 16K
p1 mmap b 16K
p1 write a fill=1
p1 write b fill=1
p1 madvise a mergeable
p1 madvise b mergeable
ksmd scan 2
p1 madvise a dontfork
p1 madvise b wipeonfork
p1 fork p2
observe forked
p2 write b fill=1
ksmd scan 2
observe scanned
