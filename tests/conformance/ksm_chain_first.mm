# without pruning the first page with room is taken
proc p1
sys ksm/max_page_sharing 4
sys ksm/stable_node_chains_prune_millisecs 100000000
p1 mmap a 48K
p1 write a fill=7
p1 madvise a mergeable
ksmd scan 2
observe full
p1 write a[0..3] fill=1
p1 write a[4] fill=1
p1 write a[8..10] fill=1
ksmd scan 2
observe emptied in part
p1 write a[0..3] fill=7
ksmd scan 2
observe refilled
