# the child's zero pages are counted at once
proc p1
sys ksm/use_zero_pages 1
p1 mmap a 16K
p1 write a zero
p1 madvise a mergeable
ksmd scan 3
p1 fork p2
observe forked
expect ksm.ksm_zero_pages 8
p2 write a[0] fill=1
p2 exit
observe child gone
expect ksm.ksm_zero_pages 4
p1 mremap a to b
observe moved
