# a chain loses pages only when somebody walks over it
proc p1
sys ksm/max_page_sharing 2
sys ksm/stable_node_chains_prune_millisecs 0
p1 mmap a 24K
p1 write a fill=7
p1 madvise a mergeable
ksmd scan 2
observe three dups
p1 munmap a[0..2]
ksmd scan 1
observe one pair gone
p1 munmap a[2..4]
ksmd scan 1
observe two pairs gone
proc p2
p2 mmap b 4K
p2 write b fill=7
p2 madvise b mergeable
ksmd scan 1
observe gate
ksmd scan 1
observe walked
