# nothing is shared by the counters, but a child still maps an old KSM page
proc p1
p1 mmap a 8K
p1 write a fill=7
p1 madvise a mergeable
ksmd scan 2
p1 fork p2
p2 madvise a unmergeable
p1 fork p3
p3 madvise a[0] dontneed
p1 exit
p2 exit
observe before
ksmd scan 1
observe after
sys ksm/max_page_sharing 9
p3 exit
ksmd scan 1
sys ksm/max_page_sharing 9
observe gone
