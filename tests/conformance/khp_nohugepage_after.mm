# advice taken back, given again to a part
proc p1
p1 mmap a 8M
p1 write a seed=1
p1 madvise a hugepage
p1 madvise a[512..1536] nohugepage
khugepaged scan
observe ends
p1 madvise a[700..1300] hugepage
khugepaged scan
observe nothing more
p1 madvise a hugepage
khugepaged scan
observe all
