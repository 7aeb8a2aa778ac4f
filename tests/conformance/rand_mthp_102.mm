proc p1
sys transparent_hugepage/enabled madvise
sys ksm/smart_scan 0
sys transparent_hugepage/hugepages-16kB/enabled inherit
sys transparent_hugepage/hugepages-64kB/enabled madvise
sys transparent_hugepage/hugepages-128kB/enabled madvise
sys transparent_hugepage/hugepages-512kB/enabled never
sys transparent_hugepage/hugepages-1024kB/enabled madvise
sys transparent_hugepage/khugepaged/max_ptes_swap 100
p1 mmap r0 2M off=4K
p1 mremap r0 to r1
observe
p1 write r1 idx
p1 write r1[359..363] zero
p1 munmap r1[0..256]
khugepaged wake 1
p1 write r1[83..92:3]
p1 mmap r2 1M after=r1
p1 write r1[6..8] idx
p1 mmap r3 664K at=r2[90..256]
observe
p1 mremap r3 64K
p1 fork p2
p2 mremap r3 2M maymove
observe end
