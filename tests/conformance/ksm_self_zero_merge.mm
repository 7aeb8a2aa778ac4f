# kernel self test: ten zero pages, use_zero_pages 1 and 0
proc p1
p1 mmap a 40K
p1 write a zero
p1 madvise a mergeable
sys ksm/use_zero_pages 1
ksmd scan 2
observe on
expect ksm.pages_shared 0
sys ksm/run 2
sys ksm/use_zero_pages 0
p1 write a zero
sys ksm/run 1
ksmd scan 2
observe off
expect ksm.pages_shared 1
expect ksm.pages_sharing 9
