proc p1
sys ksm/stable_node_chains_prune_millisecs 100000000
sys ksm/use_zero_pages 1
swap on 64M
p1 mmap r0 2M
p1 madvise r0 mergeable
p1 write r0[370..375] seed=1
p1 madvise r0[473..485] mergeable
p1 mprotect r0[468] none
p1 write r0[199..209] byte=3
p1 mprotect r0[214] rw
ksmd scan 1
ksmd scan 1
p1 fork p2
observe
p1 madvise r0[308..309] unmergeable
p1 write r0[435] zero
ksmd scan 1
observe
sys ksm/max_page_sharing 256
proc p3
p3 mmap r1 16K
p3 madvise r1 mergeable
p3 write r1[3] idx
p3 write r1 zero
observe
observe
p2 madvise r0[331..335] pageout
p2 munmap r0[96..97]
p3 madvise r1[0] mergeable
p3 read r1[1]
ksmd scan 1
p3 munmap r1[1..4]
p2 write r0 byte=1
observe
p3 mmap r2 2M
p3 madvise r2 hugepage
p3 write r2[301..310] byte=1
p3 write r2[140..142] byte=3
p2 write r0[23..37] byte=3
ksmd scan 1
observe
p2 write r0[486..487:3] byte=1
p2 mprotect r0 none
ksmd scan 2
p2 mmap r3 64K
p2 madvise r3 mergeable
p2 write r3[5..12:3] zero
ksmd scan 3
observe end
