# zero pages of ksmd are not paged out
proc p1
swap on 64M
sys ksm/use_zero_pages 1
p1 mmap a 64K
p1 write a zero
p1 write a[8..16] fill=3
p1 madvise a mergeable
ksmd scan 2
observe
p1 madvise a pageout
observe out
p1 read a
observe back
