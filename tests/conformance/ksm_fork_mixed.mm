# parent with a pair and a lone page forks; the child's lone page is the same frame
proc p1
p1 mmap a 12K
p1 write a[0..2] fill=1
p1 write a[2] fill=2
p1 madvise a mergeable
ksmd scan 2
p1 fork p2
observe forked
ksmd scan 1
observe scanned
p1 exit
observe exit
ksmd scan 1
observe cleaned
ksmd scan 1
observe later
