proc p1
sys transparent_hugepage/enabled always
sys transparent_hugepage/khugepaged/max_ptes_none 255
sys transparent_hugepage/hugepages-256kB/enabled madvise
sys transparent_hugepage/hugepages-2048kB/enabled always
p1 mmap r0 3M populate
p1 munmap r0[0..384]
p1 mmap r1 64K at=r0[704..720] prot=r
observe
p1 madvise r0 collapse
p1 mremap r1 4K maymove
p1 fork p2
observe end
