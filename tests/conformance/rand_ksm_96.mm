proc p1
sys ksm/stable_node_chains_prune_millisecs 100000000
p1 mmap r0 2M
p1 madvise r0 mergeable
p1 write r0 byte=2
p1 write r0 zero
observe
sys ksm/pages_to_scan 3
ksmd wake 3
observe
ksmd scan 1
observe
p1 write r0 idx
p1 write r0 zero
sys ksm/run 2
observe
sys ksm/run 1
ksmd scan 1
p1 mprotect r0[234..235] rw
sys ksm/run 3
observe
observe
sys ksm/pages_to_scan 64
ksmd wake 2
p1 write r0 idx
p1 madvise r0[152..157] populate_write
observe
sys ksm/run 0
proc p2
p2 mmap r1 64K
p2 madvise r1 mergeable
p2 write r1 seed=0
p2 mmap r2 2M
p2 madvise r2 hugepage
p2 madvise r2 mergeable
p2 write r2 byte=0
p1 fork p3
p2 fork p4
khugepaged scan 1
sys ksm/stable_node_chains_prune_millisecs 100000000
p2 write r1 fill=2
observe
sys ksm/run 1
observe
sys ksm/pages_to_scan 300
ksmd wake 1
p4 exit
p2 madvise r1 free
observe
ksmd scan 1
ksmd scan 2
p3 madvise r0[329] guard_remove
p2 mprotect r1[8..9] rw
p3 write r0[171] fill=2
observe
sys ksm/pages_to_scan 3
ksmd wake 1
observe
ksmd scan 2
ksmd scan 5
p2 read r2[102..109]
ksmd scan 1
observe end
