proc p1
sys transparent_hugepage/khugepaged/max_ptes_shared 511
p1 mmap r0 4M
p1 write r0 seed=1
p1 read r0[36..45]
p1 mmap r1 4M off=64K prot=none
p1 write r0[54..63] byte=2
p1 write r0[512..1024] fill=3
p1 read r1[814..823]
p1 fork p2
observe
p2 write r0[840..1024] idx
observe
p2 madvise r0[512..1024] guard_install
p1 write r0[429..431:3] fill=3
p1 write r0[380] zero
p2 write r0 idx
p2 write r0[0..512] byte=2
p1 write r1[484..493] zero
p1 write r1 seed=2
p1 mmap r2 4M after=r0
observe end
