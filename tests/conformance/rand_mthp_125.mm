proc p1
sys transparent_hugepage/khugepaged/max_ptes_shared 511
sys transparent_hugepage/hugepages-256kB/enabled madvise
sys transparent_hugepage/shrink_underused 0
p1 mmap r0 1M
p1 madvise r0[144..209] hugepage
p1 mremap r0 to r1 off=4K
p1 mremap r1 to r2
p1 mmap r3 64K
p1 mremap r3[9..16] to r4 off=4K
observe end
