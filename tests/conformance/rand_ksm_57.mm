proc p1
sys ksm/stable_node_chains_prune_millisecs 0
sys ksm/max_page_sharing 7
swap on 64M
p1 mmap r0 16K
p1 madvise r0 mergeable
p1 write r0[2] fill=1
p1 write r0[0] fill=1
p1 write r0[3] fill=3
observe
observe
sys ksm/pages_to_scan 3
ksmd wake 1
observe
observe
observe
sys ksm/pages_to_scan 64
ksmd wake 1
observe
observe
sys ksm/pages_to_scan 64
ksmd wake 2
sys ksm/run 2
observe
p1 madvise r0[2..4] dontneed
p1 write r0[2..4] fill=3
p1 madvise r0 populate_read
observe
p1 madvise r0 pageout
p1 mremap r0 to r1
observe
sys ksm/run 1
ksmd scan 1
p1 read r1
p1 madvise r1[3..4] mergeable
observe
p1 fork p2
ksmd scan 1
p1 write r1[0] byte=1
p1 madvise r1[1] willneed
p1 write r1[2] idx
p2 write r1 idx
observe
sys ksm/pages_to_scan 20
ksmd wake 1
observe
p1 mmap r2 128K
p1 madvise r2 mergeable
p1 write r2 zero
p1 write r2 byte=0
observe
ksmd scan 1
observe
p2 madvise r1[0] willneed
ksmd scan 5
observe
observe
p2 madvise r1[3] pageout
observe
sys ksm/pages_to_scan 300
ksmd wake 1
observe end
