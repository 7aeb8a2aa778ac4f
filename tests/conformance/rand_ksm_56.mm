proc p1
sys ksm/stable_node_chains_prune_millisecs 0
p1 mmap r0 64K
p1 write r0[0] idx
p1 write r0[0..4] fill=0
ksmd scan 1
ksmd scan 1
observe
sys ksm/pages_to_scan 3
ksmd wake 3
p1 madvise r0[12..16] dofork
p1 mlock r0
observe
observe
sys ksm/pages_to_scan 1
ksmd wake 2
p1 write r0[15] zero
observe
ksmd scan 2
ksmd scan 1
observe
p1 madvise r0[10..16] pageout
observe
sys ksm/pages_to_scan 64
ksmd wake 1
observe
observe
sys ksm/pages_to_scan 7
ksmd wake 2
observe
observe
observe
sys ksm/pages_to_scan 20
ksmd wake 3
sys ksm/smart_scan 1
p1 fork p2
p2 madvise r0[8..10] dontneed
p2 mmap r1 16K after=r0 prot=r
p2 madvise r1 mergeable
p2 write r1 byte=3
p2 write r1[0..4] byte=1
p2 munmap r1[2..4]
p1 write r0[6] zero
p1 mmap r2 256K
p1 write r2 zero
p1 madvise r2 populate_write
p1 madvise r0[12..14] wipeonfork
p1 write r2 fill=2
observe
p1 write r0[13] byte=2
observe
sys ksm/run 0
observe
sys ksm/run 1
ksmd scan 1
observe end
