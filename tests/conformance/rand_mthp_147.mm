proc p1
sys transparent_hugepage/khugepaged/max_ptes_none 1
sys transparent_hugepage/hugepages-64kB/enabled madvise
sys transparent_hugepage/hugepages-16kB/enabled inherit
sys transparent_hugepage/khugepaged/max_ptes_swap 100
p1 mmap r0 64K prot=rx
p1 write r0[0] idx
khugepaged wake 1
khugepaged wake 1
p1 mremap r0[12..13] to r1
observe
p1 mmap r2 4K at=r1[0..1] prot=r
p1 mmap r3 64K
p1 mmap r4 2M after=r0
p1 madvise r3 pageout
p1 write r0[13..16:2] idx
p1 write r1[0..1] seed=2
p1 write r1
p1 write r1[0..1:2] zero
p1 mprotect r1 rw
p1 madvise r0[1..3] populate_read
p1 write r4 fill=2
p1 write r4 fill=0
p1 write r3[13..16] zero
p1 mremap r3 to r5 off=4K
ksmd scan 1
p1 write r1[0..1] idx
p1 write r2[0] idx
observe
p1 mprotect r4[161] rw
p1 write r4
khugepaged wake 1
p1 write r2 byte=1
observe
p1 munlock r1[0..1]
observe
p1 madvise r0[10] pageout
p1 madvise r2 unmergeable
p1 write r5[2..11:3] seed=0
ksmd scan 1
p1 mremap r4[406..422] to r6 dontunmap
observe
p1 mmap r7 32K at=r6[8..16] prot=r
p1 read r6[11..16]
p1 mmap r8 2M after=r6 prot=none locked noreserve
p1 madvise r4[349..358:3] populate_read
observe end
