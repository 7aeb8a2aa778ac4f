# a process that registers in the middle of a scan is visited in the next one
proc p1
p1 mmap a 16K
p1 write a fill=1
p1 madvise a mergeable
proc p2
p2 mmap a 16K
p2 write a fill=2
p2 madvise a mergeable
ksmd scan 1
sys ksm/pages_to_scan 2
ksmd wake 1
proc p3
p3 mmap a 16K
p3 write a fill=1
p3 madvise a mergeable
observe
sys ksm/pages_to_scan 100
ksmd wake 1
observe rest of the scan
ksmd wake 1
observe next scan
ksmd wake 1
observe third scan
