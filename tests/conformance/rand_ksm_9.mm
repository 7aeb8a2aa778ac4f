proc p1
sys ksm/stable_node_chains_prune_millisecs 0
sys ksm/use_zero_pages 1
p1 mmap r0 16K
p1 write r0[0] byte=1
p1 madvise r0 wipeonfork
proc p2
p2 mmap r1 128K
p2 write r1[19..32] seed=1
p2 write r1 zero
p1 mmap r2 16K
p1 madvise r2 mergeable
p1 write r2[3] zero
ksmd scan 1
observe
p2 fork p3
p1 mmap r3 16K populate
p1 write r3 zero
p1 write r3 idx
sys ksm/advisor_mode scan-time
sys ksm/pages_to_scan 50
sys ksm/advisor_mode none
sys ksm/advisor_mode none
p2 fork p4
ksmd scan 5
observe
sys ksm/use_zero_pages 1
observe
ksmd scan 1
p2 mmap r4 64K
p2 madvise r4 mergeable
p2 write r4[3..6] idx
p3 mmap r5 64K
p3 madvise r5 mergeable
p3 write r5[13] fill=1
p4 madvise r1[10] populate_read
observe
observe
sys ksm/pages_to_scan 1
ksmd wake 3
observe
observe
ksmd scan 5
p2 madvise r1[11] mergeable
ksmd scan 2
observe
p1 write r3[0..2] idx
p4 write r1[31..32] byte=0
p3 mlock r5[0]
p2 write r1[1] zero
sys ksm/advisor_mode scan-time
sys ksm/pages_to_scan 50
sys ksm/advisor_mode never
sys ksm/advisor_mode none
p1 write r3[3] fill=2
ksmd scan 1
observe end
