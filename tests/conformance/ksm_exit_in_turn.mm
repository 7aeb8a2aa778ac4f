# the owner of the frame goes, then everybody
proc p1
p1 mmap a 8K
p1 write a fill=1
p1 madvise a mergeable
proc p2
p2 mmap a 8K
p2 write a fill=1
p2 madvise a mergeable
proc p3
p3 mmap a 8K
p3 write a fill=1
p3 madvise a mergeable
ksmd scan 2
observe merged
p1 exit
ksmd scan 1
observe first gone
p2 exit
p3 exit
observe all gone
ksmd scan 1
observe cleaned
