# a child with one page of its own
proc p1
sys transparent_hugepage/use_zero_page 0
sys transparent_hugepage/defrag always
p1 mmap a 2M
p1 write a[0] seed=1
p1 fork p2
p2 write a[1] seed=1
p2 madvise a hugepage
khugepaged scan
observe scanned
p2 check a[0..2] seed=1
p2 exit
p1 check a[0] seed=1
observe alone
