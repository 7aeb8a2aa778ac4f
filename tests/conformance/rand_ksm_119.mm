proc p1
sys ksm/stable_node_chains_prune_millisecs 100000000
sys ksm/max_page_sharing 7
sys ksm/smart_scan 0
p1 mmap r0 256K
p1 write r0[5..6] idx
p1 write r0[1..5] idx
sys ksm/run 2
observe
sys ksm/run 1
observe
sys ksm/pages_to_scan 300
ksmd wake 1
sys ksm/run 0
p1 mmap r1 64K
p1 madvise r1 mergeable
p1 write r1[3..7] seed=0
p1 mmap r2 64K after=r1
p1 madvise r2 mergeable
p1 write r2 fill=1
observe
sys ksm/run 1
ksmd scan 5
p1 madvise r1[0..1] mergeable
p1 mmap r3 2M
p1 madvise r3 hugepage
p1 madvise r3 mergeable
p1 write r3[394..402] fill=3
p1 write r3[209..211] seed=1
p1 madvise r0[19..26] nohugepage
observe
p1 fork p2
p2 write r2 fill=2
ksmd scan 1
p2 write r3[25] fill=0
sys ksm/advisor_mode scan-time
sys ksm/pages_to_scan 50
sys ksm/advisor_mode never
sys ksm/advisor_mode none
p2 mprotect r3 none
ksmd scan 2
observe
p2 write r3[302..312] fill=2
p2 write r2[1..7] fill=0
observe
ksmd scan 1
p2 madvise r0 unmergeable
ksmd scan 1
p2 write r2 byte=0
observe
ksmd scan 2
observe
observe end
