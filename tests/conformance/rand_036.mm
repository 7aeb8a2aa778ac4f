proc p1
sys transparent_hugepage/enabled never
sys transparent_hugepage/khugepaged/max_ptes_shared 100
sys transparent_hugepage/hugepages-256kB/enabled madvise
p1 mmap r0 4M off=1024K
p1 read r0
p1 write r0[382..391]
observe
p1 fork p2
p1 madvise r0 dofork
p2 read r0[0..512]
p1 write r0[644..648] zero
ksmd scan 2
p2 madvise r0[0..512] nohugepage
p1 mmap r1 2M prot=rx
p2 write r0[75..676] idx
p2 mprotect r0[475] r
observe end
