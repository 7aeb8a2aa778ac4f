# 65 pages in swap, then 64
proc p1
sys transparent_hugepage/use_zero_page 0
sys transparent_hugepage/defrag always
swap on 64M
p1 mmap a 2M
p1 write a seed=1
p1 madvise a[0..65] pageout
observe out
sys transparent_hugepage/enabled never
p1 madvise a hugepage
p1 madvise a collapse
sys transparent_hugepage/enabled madvise
observe collapsed
p1 check a seed=1
