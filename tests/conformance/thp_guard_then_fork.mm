# guards in a huge page, a fork, and their removal in the child
proc p1
p1 mmap a 2M
p1 madvise a hugepage
p1 write a seed=1
p1 madvise a[10..20] guard_install
p1 fork p2
p2 read a[15]
p2 madvise a guard_remove
p2 write a[15]
p2 madvise a collapse
observe child huge
p1 read a[15]
p1 madvise a collapse
observe parent not
