# what run accepts, and stopping in the middle of a scan
proc p1
p1 mmap a 32K
p1 write a fill=1
p1 madvise a mergeable
sys ksm/run 3
sys ksm/run -1
sys ksm/run x
ksmd scan 1
sys ksm/pages_to_scan 3
ksmd wake 1
observe in the middle
sys ksm/run 0
ksmd wake 1
observe stopped
sys ksm/run 1
observe goes on
ksmd wake 3
observe done
