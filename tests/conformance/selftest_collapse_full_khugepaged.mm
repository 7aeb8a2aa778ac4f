# four huge pages
proc p1
sys transparent_hugepage/use_zero_page 0
sys transparent_hugepage/defrag always
p1 mmap a 8M
p1 write a seed=1
p1 madvise a hugepage
khugepaged scan
observe scanned
p1 check a seed=1
expect p1.a.classes T*2048
