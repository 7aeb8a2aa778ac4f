# the old place keeps its advice
proc p1
p1 mmap a 16K
p1 write a fill=1
p1 madvise a mergeable
ksmd scan 2
p1 mremap a to b dontunmap
observe moved
ksmd scan 1
observe scan 1
p1 write a fill=1
ksmd scan 1
observe scan 2
ksmd scan 1
observe scan 3
