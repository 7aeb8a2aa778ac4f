proc p1
sys ksm/stable_node_chains_prune_millisecs 0
sys ksm/merge_across_nodes 0
swap on 64M
p1 mmap r0 2M
p1 madvise r0 mergeable
p1 write r0 seed=1
p1 madvise r0[509..510] nohugepage
p1 mmap r1 64K
p1 madvise r1 mergeable
p1 write r1[10..11:2] byte=3
sys ksm/run 2
observe
p1 write r0[33..41] fill=1
sys ksm/run 2
observe
sys ksm/run 1
observe
sys ksm/pages_to_scan 7
ksmd wake 1
observe
p1 madvise r0[318] populate_read
p1 munmap r0[233..234]
p1 write r1[10..11] idx
p1 write r1 byte=2
observe
ksmd scan 1
observe
p1 write r0[452..453] fill=3
p1 madvise r0 mergeable
p1 write r0[475] fill=3
p1 munlock r1[13]
ksmd scan 5
p1 fork p2
observe
sys ksm/pages_to_scan 64
ksmd wake 1
observe
observe end
