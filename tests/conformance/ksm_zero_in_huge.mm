# one zero page in a huge page: its merge splits the huge page and fails
proc p1
sys ksm/use_zero_pages 1
p1 mmap a 2M
p1 madvise a hugepage
p1 write a seed=1
p1 write a[77] zero
p1 madvise a mergeable
ksmd scan 1
ksmd scan 1
observe scan 2
ksmd scan 1
observe scan 3
