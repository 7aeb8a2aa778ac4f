proc p1
sys transparent_hugepage/enabled madvise
sys transparent_hugepage/khugepaged/max_ptes_none 1
sys transparent_hugepage/use_zero_page 0
p1 mmap r0 2M
p1 madvise r0 unmergeable
p1 madvise r0[258..323:3] populate_write
p1 write r0[0] seed=0
observe
p1 fork p2
p2 mmap r1 1M off=1024K
p2 madvise r1 hugepage
p2 write r0[0..512]
observe
p2 munmap r0[406..415]
p1 prctl thp_disable 1
p2 write r0[243..245]
p2 mmap r2 2M
p1 munlock r0[168..172]
observe
p2 write r2[55] byte=2
ksmd scan 1
ksmd scan 1
p2 mmap r3 1M after=r2
p1 madvise r0 hugepage
p1 madvise r0[278..512] guard_remove
observe end
