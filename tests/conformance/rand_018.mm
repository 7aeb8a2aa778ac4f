proc p1
sys transparent_hugepage/enabled never
sys transparent_hugepage/khugepaged/max_ptes_none 1
sys transparent_hugepage/khugepaged/max_ptes_shared 0
sys ksm/use_zero_pages 1
p1 mmap r0 2M off=64K
p1 madvise r0[480..484:3] unmergeable
p1 mprotect r0[0..512] r
ksmd scan 1
p1 mprotect r0 r
p1 mmap r1 1M after=r0 populate
p1 read r0
ksmd scan 1
p1 madvise r1[254..256:2] hugepage
p1 write r0[291..293]
observe end
