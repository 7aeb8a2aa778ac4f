proc p1
sys transparent_hugepage/hugepages-16kB/enabled inherit
p1 mmap r0 64K
p1 read r0
p1 write r0 fill=3
p1 read r0[12..16:16]
observe
p1 read r0[7]
p1 madvise r0 guard_install
p1 fork p2
observe
p2 munlock r0[1..5]
p1 write r0[6..16] fill=0
p2 madvise r0[6..16] keeponfork
observe
p1 write r0
p2 write r0 seed=1
khugepaged wake 1
p2 read r0
ksmd scan 2
p1 mmap r1 1M
p1 write r1[192] seed=2
p2 madvise r0 unmergeable
p1 fork p3
p2 write r0[2..4] zero
p3 mmap r2 1M
p3 mremap r0 to r3
observe
