proc p1
sys ksm/use_zero_pages 1
sys transparent_hugepage/hugepages-128kB/enabled inherit
sys transparent_hugepage/hugepages-256kB/enabled never
sys transparent_hugepage/hugepages-512kB/enabled madvise
sys transparent_hugepage/hugepages-2048kB/enabled inherit
sys transparent_hugepage/khugepaged/max_ptes_swap 100
p1 mmap r0 4M
p1 mmap r1 1M prot=r
p1 mprotect r1[209..218] none
p1 madvise r1[117..256] cold
p1 fork p2
observe
p2 mprotect r0[586..651] r
observe
observe
p2 mremap r0 to r2
p1 mmap r3 3M
ksmd scan 2
ksmd scan 1
p2 mmap r4 192K at=r2[976..1024]
vm drop_caches 2
p2 mremap r4 to r5 off=64K
p2 mprotect r1 r
observe
p1 madvise r3[189] dontneed
observe
p1 munmap r0[0..512]
p1 mmap r6 2M
p2 mmap r7 64K off=4K
p2 fork p3
p3 mremap r7 2M maymove
observe end
