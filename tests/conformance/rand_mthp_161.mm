proc p1
sys transparent_hugepage/khugepaged/max_ptes_none 100
sys transparent_hugepage/khugepaged/max_ptes_shared 511
sys transparent_hugepage/use_zero_page 0
sys ksm/smart_scan 0
sys transparent_hugepage/hugepages-16kB/enabled inherit
sys transparent_hugepage/hugepages-128kB/enabled madvise
sys transparent_hugepage/hugepages-512kB/enabled madvise
sys transparent_hugepage/hugepages-2048kB/enabled madvise
swap on 64M
sys transparent_hugepage/khugepaged/max_ptes_swap 0
p1 mmap r0 1M
p1 fork p2
p1 madvise r0[108..110:16] guard_remove
observe
p1 write r0[167] zero
p1 mmap r1 4M
p1 munmap r0[0..128]
p1 madvise r0[34] guard_remove
khugepaged wake 1
observe
observe end
