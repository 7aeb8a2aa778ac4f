proc p1
sys transparent_hugepage/enabled madvise
p1 mmap r0 3M prot=none
p1 mmap r1 3M off=1024K
p1 write r0 zero
p1 madvise r1 cold
observe
ksmd scan 1
p1 read r0
p1 write r0[555..557] idx
observe
p1 mprotect r1[23] none
p1 madvise r1 guard_remove
p1 write r0 seed=2
p1 write r1 fill=3
p1 madvise r0[287..289:16] guard_install
p1 madvise r1 unmergeable
p1 mprotect r1 rw
p1 mmap r2 3M
p1 fork p2
p2 write r0[0..512] idx
ksmd scan 1
p2 mmap r3 1M populate
p1 write r1 idx
p1 write r1[673..768:16] byte=0
p1 mremap r1 2M maymove
observe
