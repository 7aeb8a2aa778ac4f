# nothing was touched
proc p1
sys transparent_hugepage/use_zero_page 0
sys transparent_hugepage/defrag always
p1 mmap a 2M
p1 madvise a hugepage
khugepaged scan
observe scanned
expect p1.a.classes .*512
