# the search that meets a discarded page is given up
proc p1
p1 mmap a 4K
p1 write a fill=1
p1 madvise a mergeable
proc p2
p2 mmap b 4K
p2 write b fill=1
p2 madvise b mergeable
ksmd scan 1
sys ksm/pages_to_scan 1
ksmd wake 1
p1 madvise a dontneed
observe
ksmd wake 1
observe aborted
sys ksm/pages_to_scan 100
ksmd wake 1
ksmd scan 1
observe next
