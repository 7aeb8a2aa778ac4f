proc p1
sys ksm/stable_node_chains_prune_millisecs 100000000
p1 mmap r0 2M
p1 write r0 fill=1
p1 madvise r0[0..2] populate_read
p1 write r0 zero
p1 madvise r0 collapse
ksmd scan 1
p1 madvise r0 unmergeable
ksmd scan 3
ksmd scan 1
p1 mmap r1 2M after=r0 populate
p1 madvise r1 hugepage
p1 madvise r1 mergeable
p1 write r1[123..125] zero
p1 write r1[384] zero
ksmd scan 3
observe
p1 mmap r2 64K
p1 madvise r2 mergeable
p1 write r2[10] byte=3
ksmd scan 1
p1 write r1 zero
ksmd scan 2
observe
p1 mmap r3 2M
p1 madvise r3 hugepage
p1 write r3[346] fill=2
khugepaged scan 1
ksmd scan 3
p1 mmap r4 2M
p1 write r4[280..282:2] fill=1
p1 mremap r0 to r5
observe
ksmd scan 5
observe
p1 madvise r2[0..2] mergeable
sys ksm/use_zero_pages Y
p1 write r1[231..235:2] zero
p1 mremap r3 to r6
ksmd scan 1
p1 munmap r2[8..9]
observe
sys ksm/pages_to_scan 20
ksmd wake 1
observe end
