proc p1
sys transparent_hugepage/khugepaged/max_ptes_none 0
sys transparent_hugepage/use_zero_page 0
p1 mmap r0 4M off=4K prot=r
ksmd scan 1
p1 read r0[382..639:3]
observe
p1 madvise r0[278..282:2] free
p1 write r0[512..1024] idx
khugepaged wake 1
p1 write r0[578] fill=1
p1 madvise r0 populate_write
observe
p1 write r0 seed=1
p1 write r0
p1 write r0[507..516] seed=0
observe end
