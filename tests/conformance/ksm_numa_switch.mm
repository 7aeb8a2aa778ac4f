# merge_across_nodes 0 on one node changes nothing but needs empty trees
proc p1
sys ksm/merge_across_nodes 0
p1 mmap a 16K
p1 write a fill=1
p1 madvise a mergeable
ksmd scan 2
observe merged
sys ksm/merge_across_nodes 1
expect errno EBUSY
sys ksm/run 2
sys ksm/merge_across_nodes 1
expect ok
sys ksm/run 1
ksmd scan 2
observe merged again
