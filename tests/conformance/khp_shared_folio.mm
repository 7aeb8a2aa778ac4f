# a huge page shared and partly unmapped by each
proc p1
p1 mmap a 2M
p1 madvise a hugepage
p1 write a seed=1
p1 fork p2
p1 madvise a[0..300] dontneed
p2 madvise a[300..512] dontneed
observe parts
khugepaged scan
observe scanned
p2 read a[0]
p1 read a[400]
khugepaged scan
observe read
