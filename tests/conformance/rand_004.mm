proc p1
p1 mmap r0 1M prot=none
p1 write r0[251..256:2] byte=0
p1 mmap r1 64K after=r0
khugepaged scan 1
p1 madvise r0[153..162] hugepage
p1 madvise r1[8..16] dontneed
p1 write r0 zero
observe
p1 madvise r1[2..4] dontneed
p1 mmap r2 4M
p1 mmap r3 1M off=1024K
p1 madvise r0 free
p1 write r1 fill=1
observe
p1 write r1[4] idx
p1 read r1
ksmd scan 1
p1 write r0[144] zero
p1 mremap r0 64K maymove
observe
