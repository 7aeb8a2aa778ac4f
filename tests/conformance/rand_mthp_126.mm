proc p1
sys ksm/smart_scan 0
sys transparent_hugepage/hugepages-64kB/enabled never
sys transparent_hugepage/hugepages-128kB/enabled inherit
p1 mmap r0 1M off=4K
p1 mmap r1 100K at=r0[231..256]
p1 madvise r0[221..256:2] dontneed
p1 mmap r2 1M
p1 mmap r3 512K at=r2[78..206] locked
observe
p1 madvise r2[66..256] collapse
p1 read r3
p1 prctl thp_disable 1 2
observe
p1 mmap r4 64K
p1 write r1 zero
observe
p1 write r2[84..149]
p1 munlock r3
p1 mmap r5 4M
p1 mremap r3 to r6 dontunmap
observe end
