proc p1
sys transparent_hugepage/enabled never
sys transparent_hugepage/hugepages-64kB/enabled madvise
sys transparent_hugepage/hugepages-512kB/enabled madvise
p1 mmap r0 64K off=64K
p1 mremap r0 2M
p1 prctl thp_disable 1
khugepaged wake 1
p1 madvise r0[10..14] hugepage
khugepaged wake 1
observe
p1 madvise r0[4..16] populate_read
observe
p1 madvise r0[15..16] nohugepage
p1 read r0[2..4]
p1 write r0[4..16:16] idx
p1 mmap r1 36K at=r0[7..16] locked
p1 mmap r2 4M
p1 write r2 seed=2
p1 mremap r1 2M
p1 mmap r3 3M after=r2
p1 mremap r2 to r4 dontunmap
observe end
