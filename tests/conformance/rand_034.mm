proc p1
p1 mmap r0 64K
p1 write r0[11..15] seed=1
p1 mmap r1 1M
p1 madvise r0[9..16:3] mergeable
p1 mmap r2 3M
p1 madvise r0[1..16:3] guard_install
p1 read r0[14..16:16]
p1 fork p2
p1 madvise r2[727..729] dontneed
khugepaged wake 1
p2 mmap r3 64K after=r1
vm drop_caches 2
p2 madvise r0[6] keeponfork
p2 mremap r0 to r4 dontunmap
observe
