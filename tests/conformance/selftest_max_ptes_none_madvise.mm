# one page too few for max_ptes_none
proc p1
sys transparent_hugepage/use_zero_page 0
sys transparent_hugepage/defrag always
sys transparent_hugepage/khugepaged/max_ptes_none 256
p1 mmap a 2M
p1 write a[0..255] seed=1
sys transparent_hugepage/enabled never
p1 madvise a hugepage
p1 madvise a collapse
sys transparent_hugepage/enabled madvise
observe collapsed
expect p1.a.classes T*512
