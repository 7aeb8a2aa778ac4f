# a mergeable area that was never touched, and one that goes away
proc p1
p1 mmap a 32K
p1 madvise a mergeable
ksmd scan 2
observe untouched
p1 write a fill=1
ksmd scan 2
observe touched
p1 munmap a
ksmd scan 1
observe unmapped
ksmd scan 1
observe later
