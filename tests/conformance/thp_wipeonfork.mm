# wiped huge page and guards in a child
proc p1
p1 mmap a 2M
p1 madvise a hugepage
p1 write a seed=1
p1 madvise a wipeonfork
p1 fork p2
observe wiped
p2 write a[3]
p2 fork p3
observe again
p3 read a[3]
