proc p1
sys ksm/use_zero_pages 1
p1 mmap r0 1M
p1 madvise r0[186..251:2] keeponfork
ksmd scan 2
p1 madvise r0[75] populate_write
khugepaged wake 1
observe
p1 write r0[5..7:2] idx
p1 madvise r0[221..256] mergeable
p1 fork p2
p1 madvise r0[202..256] populate_write
p2 madvise r0[219] dontneed
p1 munmap r0[0..128]
p2 mmap r1 1M
p2 read r0
khugepaged wake 1
observe
p1 madvise r0[30..256] dofork
p1 mmap r2 3M after=r0
p1 write r2 idx
observe end
