# protection taken away and given back around writes and forks
proc p1
p1 mmap a 2M
p1 madvise a hugepage
p1 write a seed=1
p1 mprotect a none
p1 write a[0]
p1 fork p2
p2 mprotect a rw
p2 write a[0]
p1 mprotect a rw
p1 write a[1]
observe
p2 exit
p1 write a[2]
observe alone
