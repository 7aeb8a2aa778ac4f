proc p1
sys transparent_hugepage/khugepaged/max_ptes_none 0
sys ksm/smart_scan 0
p1 mmap r0 2M
p1 madvise r0 unmergeable
p1 write r0[0..512] idx
p1 mprotect r0[22..26] r
observe
p1 mprotect r0 rw
khugepaged wake 1
khugepaged wake 1
p1 mmap r1 4M
p1 fork p2
p1 write r0[43..52] idx
p1 madvise r1[104..705:3] free
p1 madvise r0 dontfork
p1 write r1[132..134:3] fill=1
p2 mmap r2 3M off=64K
p2 mmap r3 64K off=4K
p1 write r1 idx
observe end
