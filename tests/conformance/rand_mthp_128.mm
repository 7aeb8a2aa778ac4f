proc p1
sys transparent_hugepage/khugepaged/max_ptes_none 1
sys ksm/use_zero_pages 1
sys ksm/smart_scan 0
sys transparent_hugepage/hugepages-16kB/enabled never
sys transparent_hugepage/hugepages-32kB/enabled madvise
sys transparent_hugepage/hugepages-128kB/enabled inherit
swap on 64M
sys transparent_hugepage/shrink_underused 0
p1 mmap r0 3M
p1 munlock r0[431..435]
p1 mmap r1 1M
p1 madvise r1 wipeonfork
p1 fork p2
p1 madvise r1[140..149:3] populate_write
p2 mmap r2 64K noreserve
p2 write r1[85] byte=2
observe end
