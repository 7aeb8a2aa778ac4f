# seven equal pages, at most three mappings each
proc p1
sys ksm/max_page_sharing 3
p1 mmap a 28K
p1 write a fill=7
p1 madvise a mergeable
ksmd scan 2
observe
expect ksm.pages_shared 2
expect ksm.pages_sharing 4
expect ksm.pages_unshared 1
expect ksm.stable_node_chains 1
