proc p1
sys transparent_hugepage/khugepaged/max_ptes_none 255
sys transparent_hugepage/khugepaged/max_ptes_shared 511
sys ksm/smart_scan 0
p1 mmap r0 3M
p1 madvise r0[0..512] wipeonfork
p1 munmap r0[0..384]
p1 mmap r1 64K after=r0
p1 write r1 seed=2
p1 write r0[25..34:3] idx
p1 madvise r0[482..484] populate_read
p1 write r0 zero
p1 write r1 fill=2
p1 madvise r0[623..632:2] hugepage
p1 mmap r2 2M populate locked
khugepaged scan 1
p1 write r1[13]
p1 write r0 idx
p1 mprotect r2 rw
p1 mmap r3 1M
observe end
