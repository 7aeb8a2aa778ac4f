# unmerging in the middle of a scan
proc p1
p1 mmap a 32K
p1 write a fill=1
p1 madvise a mergeable
proc p2
p2 mmap a 16K
p2 write a idx
p2 madvise a mergeable
ksmd scan 2
sys ksm/pages_to_scan 5
ksmd wake 1
sys ksm/run 2
observe unmerged
sys ksm/run 1
observe again
sys ksm/pages_to_scan 100
ksmd wake 3
observe merged
