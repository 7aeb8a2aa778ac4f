# the huge zero page shared and written on both sides
proc p1
p1 mmap a 4M
p1 madvise a hugepage
p1 read a[0]
p1 read a[512]
p1 fork p2
p2 write a[3]
p1 madvise a[512..515] dontneed
p1 write a[520]
observe
p1 mprotect a[0..100] r
p1 write a[200]
observe part
