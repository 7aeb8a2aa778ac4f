proc p1
sys transparent_hugepage/enabled madvise
sys transparent_hugepage/khugepaged/max_ptes_shared 100
sys ksm/use_zero_pages 1
sys transparent_hugepage/shmem_enabled force
p1 mmap r0 3M shared
vm drop_caches 2
p1 mlock r0[0..512]
p1 madvise r0[19..620] free
p1 prctl thp_disable 1
p1 madvise r0[0..512] hugepage
p1 mmap r1 3M
p1 fork p2
p2 mmap r2 64K after=r1 populate
ksmd scan 1
p2 write r1 seed=1
p2 write r0[323]
p2 fork p3
p3 read r0[0..512]
observe end
