# a KSM page that one address maps is paged out, and comes back
proc p1
swap on 64M
p1 mmap a 8K
p1 write a fill=1
p1 madvise a mergeable
ksmd scan 2
p1 write a[1] fill=2
ksmd scan 1
observe
p1 madvise a pageout
observe out
p1 read a
observe back
ksmd scan 1
observe scanned
