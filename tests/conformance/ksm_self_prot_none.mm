# kernel self test: pages nobody may access merge and unmerge
proc p1
p1 mmap a 2M
p1 madvise a nohugepage
p1 write a fill=0x11
p1 mprotect a none
p1 madvise a mergeable
ksmd scan 2
observe merged
p1 madvise a[256..512] unmergeable
observe half
p1 mprotect a rw
p1 write a[0..256] idx
observe written
