# zero pages made by ksmd count as none
proc p1
sys ksm/use_zero_pages 1
sys transparent_hugepage/khugepaged/max_ptes_none 100
p1 mmap a 2M
p1 write a[0..101] zero
p1 write a[101..512] seed=1
p1 madvise a mergeable
ksmd scan 2
observe
p1 madvise a hugepage
khugepaged scan
observe refused
p1 write a[0] seed=1
khugepaged scan
observe collapsed
