proc p1
sys transparent_hugepage/khugepaged/max_ptes_none 100
sys transparent_hugepage/hugepages-64kB/enabled inherit
sys ksm/max_page_sharing 5
p1 mmap r0 64K off=1024K
p1 write r0
p1 mlock r0
p1 munmap r0[9]
p1 write r0[2..16] byte=0
p1 madvise r0 mergeable
p1 write r0[5..14] byte=1
observe
p1 write r0[9..16:16] byte=2
p1 write r0[9..16:2] seed=0
p1 madvise r0[2..6:16] cold
p1 write r0[9] seed=1
p1 write r0[5..16] fill=3
observe
p1 write r0 seed=1
p1 write r0 seed=2
p1 mprotect r0 rw
p1 mremap r0[1] to r1 dontunmap
observe
