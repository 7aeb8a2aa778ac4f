proc p1
sys transparent_hugepage/hugepages-64kB/enabled inherit
sys transparent_hugepage/hugepages-2048kB/enabled madvise
sys transparent_hugepage/khugepaged/max_ptes_swap 100
p1 mmap r0 4M
p1 madvise r0 free
observe
p1 write r0 idx
p1 madvise r0[769..773] dontfork
p1 write r0[441..445] seed=0
p1 mmap r1 3M after=r0
p1 read r1
p1 read r0[0..512]
p1 mmap r2 4M off=4K populate
p1 mmap r3 64K at=r0[813..829]
observe
p1 write r1[301] seed=1
p1 mmap r4 1M off=4K
p1 munmap r0[0..512]
p1 mmap r5 3M after=r3 noreserve
p1 mmap r6 4M
p1 madvise r2 hugepage
p1 mmap r7 2M after=r0 populate noreserve
p1 mmap r8 64K off=4K locked
p1 fork p2
observe end
