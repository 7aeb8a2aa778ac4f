# a huge page swapped, then written in parts, and forked
swap on 64M
proc p1
p1 mmap a 2M
p1 madvise a hugepage
p1 write a seed=1
p1 madvise a pageout
observe out
p1 write a[0..100] seed=2
p1 fork p2
p2 read a[50..150]
p1 write a[120..130]
observe both
p1 madvise a pageout
p2 exit
observe alone
p1 check a[200..512] seed=1
