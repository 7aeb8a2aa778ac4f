# KSM pages that move to another node, each node with its own tree
machine nodes=2
proc p1
sys ksm/merge_across_nodes 0
sys ksm/run 1
p1 mmap a 8K
p1 mmap b 8K
p1 mbind a bind:0
p1 mbind b bind:1
p1 write a fill=0x2a
p1 write b fill=0x2a
p1 madvise a mergeable
p1 madvise b mergeable
ksmd scan 2
observe two trees
expect ksm.pages_shared 2
expect ksm.pages_sharing 2
expect ksm.stable_node_chains 0
p1 mbind a bind:1 move_all
expect ok
ksmd scan
observe mapped twice: a second page of node 1
expect ksm.pages_shared 2
expect ksm.pages_sharing 2
expect ksm.stable_node_chains 1
expect ksm.stable_node_dups 2
p1 mbind a bind:0 move_all
p1 munmap a[1]
ksmd scan
observe back in the tree of node 0
expect ksm.pages_shared 2
expect ksm.pages_sharing 1
p1 mbind a[0] bind:1 move_all
expect ok
ksmd scan
observe mapped once: merged into the page of node 1
expect ksm.pages_shared 1
expect ksm.pages_sharing 2
p1 check a[0] fill=0x2a
expect differ 0
ksmd scan
sys ksm/run 2
observe unmerged
expect ksm.pages_shared 0
sys ksm/merge_across_nodes 1
expect ok
