# all limits 0
proc p1
sys transparent_hugepage/khugepaged/max_ptes_none 0
sys transparent_hugepage/khugepaged/max_ptes_swap 0
sys transparent_hugepage/khugepaged/max_ptes_shared 0
swap on 64M
p1 mmap a 10M
p1 write a seed=1
p1 madvise a[3] dontneed
p1 madvise a[515] pageout
p1 write a[1024..1536] zero
p1 madvise a hugepage
khugepaged scan
observe
p1 fork p2
p1 write a[1536..1540]
p2 read a
khugepaged scan
observe forked
