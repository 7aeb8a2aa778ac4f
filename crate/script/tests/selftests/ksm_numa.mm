# ksm_tests -N: equal pages of two nodes are one page, unless merge_across_nodes is 0
machine nodes=2
proc p1
p1 mmap a 4K
p1 mmap b 4K
p1 mbind a bind:0
p1 mbind b bind:1
p1 write a fill=0x2a
p1 write b fill=0x2a
p1 madvise a mergeable
p1 madvise b mergeable
sys ksm/merge_across_nodes 1
sys ksm/run 1
ksmd scan 2
observe across
expect ksm.pages_shared 1
expect ksm.pages_sharing 1
sys ksm/merge_across_nodes 0
expect errno EBUSY
sys ksm/run 2
sys ksm/merge_across_nodes 0
expect ok
sys ksm/run 1
ksmd scan 2
observe apart
expect ksm.pages_shared 0
expect ksm.pages_sharing 0
