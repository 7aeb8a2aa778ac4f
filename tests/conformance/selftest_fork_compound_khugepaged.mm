# a child that split its mapping
proc p1
sys transparent_hugepage/use_zero_page 0
sys transparent_hugepage/defrag always
sys transparent_hugepage/khugepaged/max_ptes_shared 511
p1 mmap a 2M
p1 write a seed=1
p1 madvise a collapse
p1 madvise a hugepage
p1 fork p2
p2 madvise a[0] nohugepage
p2 madvise a nohugepage
p2 write a[0] seed=2
observe split
p2 madvise a hugepage
khugepaged scan
observe scanned
p2 check a[1..512] seed=1
p2 exit
p1 check a seed=1
observe alone
