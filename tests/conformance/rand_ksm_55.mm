proc p1
sys ksm/stable_node_chains_prune_millisecs 0
sys ksm/merge_across_nodes 0
p1 mmap r0 128K
p1 madvise r0 mergeable
p1 write r0 zero
observe
sys ksm/pages_to_scan 7
ksmd wake 1
sys ksm/run 2
sys ksm/merge_across_nodes 2
p1 madvise r0[19..20] dontneed
observe
sys ksm/run 1
ksmd scan 3
observe
p1 madvise r0 wipeonfork
p1 write r0[31] fill=1
sys ksm/merge_across_nodes 1
observe
p1 write r0 idx
sys ksm/run 2
p1 madvise r0 dontfork
p1 write r0[22] zero
p1 read r0[13..15]
p1 write r0[31] byte=2
khugepaged scan 1
p1 mprotect r0[27..32] none
p1 write r0[26] byte=3
p1 madvise r0 populate_read
p1 write r0 byte=2
p1 write r0[18] seed=1
observe
p1 fork p2
p1 write r0 idx
observe
p1 write r0 byte=0
p2 madvise r0 populate_write
p2 madvise r0[4..17] guard_remove
observe
sys ksm/run 1
ksmd scan 5
observe
p1 fork p3
observe
sys ksm/pages_to_scan 1
ksmd wake 3
observe
p3 madvise r0 unmergeable
observe
ksmd scan 1
observe end
