proc p1
sys ksm/stable_node_chains_prune_millisecs 100000000
sys ksm/use_zero_pages 1
swap on 64M
p1 mmap r0 64K
p1 madvise r0 mergeable
p1 write r0 fill=3
ksmd scan 1
observe
p1 madvise r0[1..13] dontfork
p1 fork p2
p1 mremap r0 to r1
p1 madvise r1[0] unmergeable
observe
sys ksm/pages_to_scan 7
ksmd wake 1
p1 fork p3
p1 madvise r1[7..15] willneed
p3 read r1
observe
observe
ksmd scan 2
sys ksm/advisor_min_pages_to_scan 500
p1 write r1[6] idx
p3 write r1 fill=0
p3 mremap r1 to r2
p3 mmap r3 16K after=r2
p3 write r3 byte=1
ksmd scan 1
observe
p2 mmap r4 64K
p2 madvise r4 mergeable
p2 write r4 fill=3
observe
sys ksm/pages_to_scan 300
ksmd wake 2
proc p4
p4 mmap r5 128K
p4 madvise r5 mergeable
p4 write r5[0..16] fill=3
p4 write r5[3] fill=3
observe
ksmd scan 2
observe
observe end
