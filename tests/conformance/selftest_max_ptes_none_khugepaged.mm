# one page too few for max_ptes_none
proc p1
sys transparent_hugepage/use_zero_page 0
sys transparent_hugepage/defrag always
sys transparent_hugepage/khugepaged/max_ptes_none 256
p1 mmap a 2M
p1 write a[0..255] seed=1
p1 madvise a hugepage
khugepaged scan
observe scanned
expect p1.a.classes a*255 .*257
p1 write a[0..256] seed=1
khugepaged scan
observe enough
expect p1.a.classes T*512
