# a page only read is no page for ksmd, and is not counted as its zero page
proc p1
p1 mmap a 32K
sys ksm/use_zero_pages 1
p1 write a[0] zero
p1 read a
p1 madvise a mergeable
ksmd scan 2
observe
expect ksm.ksm_zero_pages 1
p1 madvise a unmergeable
observe unmerged
