proc p1
sys transparent_hugepage/enabled always
sys transparent_hugepage/hugepages-16kB/enabled madvise
p1 mmap r0 3M prot=none
p1 mprotect r0 rw
p1 write r0[577..579] zero
ksmd scan 2
p1 write r0 seed=0
p1 fork p2
observe
p1 mmap r1 3M after=r0 populate
p2 write r0[496..498] fill=3
p2 mmap r2 1M after=r0
p1 mmap r3 4M after=r1 prot=r
p1 mmap r4 3M
p2 madvise r0[563..768:3] populate_write
observe
observe end
