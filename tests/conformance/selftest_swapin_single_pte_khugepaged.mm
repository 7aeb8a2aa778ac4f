# one page in swap
proc p1
sys transparent_hugepage/use_zero_page 0
sys transparent_hugepage/defrag always
swap on 64M
p1 mmap a 2M
p1 write a seed=1
p1 madvise a[0] pageout
observe out
p1 madvise a hugepage
khugepaged scan
observe scanned
p1 check a seed=1
