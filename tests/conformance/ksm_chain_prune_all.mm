# all dups are gone: the next search frees the chain
proc p1
sys ksm/max_page_sharing 2
sys ksm/stable_node_chains_prune_millisecs 0
p1 mmap a 24K
p1 write a fill=7
p1 madvise a mergeable
ksmd scan 2
p1 munmap a
ksmd scan 1
observe unmapped
proc p2
p2 mmap b 8K
p2 write b fill=7
p2 madvise b mergeable
ksmd scan 2
observe walked
