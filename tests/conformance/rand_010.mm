proc p1
sys ksm/use_zero_pages 1
p1 mmap r0 4M
vm drop_caches 2
p1 write r0[886] byte=0
p1 mprotect r0[0..512] none
p1 fork p2
p1 read r0
p2 write r0 seed=0
p2 write r0 byte=0
p2 write r0 seed=2
p2 madvise r0[38..103] mergeable
p2 madvise r0 free
ksmd scan 2
p1 prctl thp_disable 1
p1 mprotect r0[523..525] rw
p1 madvise r0 hugepage
p2 write r0 byte=1
p2 write r0
ksmd scan 1
p1 madvise r0[963] cold
observe
p1 read r0
p2 read r0[307..309]
p2 munlock r0
p2 write r0 fill=1
p1 read r0[512..1024]
p1 mmap r1 4M off=64K
observe end
