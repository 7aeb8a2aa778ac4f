# lazily freed huge page, paged out
swap on 64M
proc p1
p1 mmap a 2M
p1 madvise a hugepage
p1 write a seed=1
p1 madvise a free
p1 madvise a pageout
observe gone
p1 read a[0..2]
observe read
