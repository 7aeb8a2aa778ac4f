proc p1
sys transparent_hugepage/khugepaged/max_ptes_shared 0
sys transparent_hugepage/use_zero_page 0
p1 mmap r0 4M
p1 write r0[585..842]
p1 madvise r0[436..693] collapse
khugepaged wake 1
p1 munlock r0
p1 mmap r1 1M
p1 madvise r0 unmergeable
observe
p1 mmap r2 4M off=64K
p1 mmap r3 2M
p1 madvise r3 unmergeable
p1 madvise r0 free
p1 fork p2
p2 mprotect r0 rw
p2 madvise r2 cold
khugepaged wake 1
p1 mlock r1
observe end
