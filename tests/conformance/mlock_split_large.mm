# a locked huge page that is split
proc p1
p1 mmap a 2M
p1 madvise a hugepage
p1 write a seed=1
p1 fork p2
p1 mlock a
observe locked
p2 mlock a onfault
observe both
p2 munlock a[0..256]
observe half
p2 munlock a[256..512]
observe p1
p2 mlock a[0..256] onfault
observe part
p2 exit
observe alone
p1 munlock a[0..16]
observe unlocked
