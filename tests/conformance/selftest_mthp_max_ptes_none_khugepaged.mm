# pages of 16 KiB: four single pages too few
proc p1
sys transparent_hugepage/use_zero_page 0
sys transparent_hugepage/defrag always
sys transparent_hugepage/khugepaged/max_ptes_none 256
sys transparent_hugepage/hugepages-2048kB/enabled never
sys transparent_hugepage/hugepages-16kB/enabled madvise
p1 mmap a 2M
p1 madvise a hugepage
p1 write a[0..252] seed=1
sys transparent_hugepage/hugepages-2048kB/enabled inherit
observe before
p1 madvise a hugepage
khugepaged scan
observe scanned
p1 write a[0..256] seed=1
khugepaged scan
observe enough
