# use_zero_pages leaves the KSM page of zeros alone
proc p1
p1 mmap a 16K
p1 write a zero
p1 madvise a mergeable
ksmd scan 2
sys ksm/use_zero_pages 1
p1 mmap b 16K
p1 write b zero
p1 madvise b mergeable
ksmd scan 2
observe
p1 write a[0] zero
ksmd scan 1
observe copied zero page
p1 write b[0] fill=1
observe zero page written
expect vmstat.cow_ksm 0
ksmd scan 2
observe later
