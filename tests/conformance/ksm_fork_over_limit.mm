# a child joins a full page; a stranger does not
proc p1
sys ksm/max_page_sharing 2
p1 mmap a 8K
p1 write a fill=7
p1 madvise a mergeable
ksmd scan 2
p1 fork p2
ksmd scan 1
observe joined
expect ksm.pages_sharing 3
p1 mmap b 4K
p1 write b fill=7
p1 madvise b mergeable
ksmd scan 2
observe stranger
expect ksm.pages_unshared 1
