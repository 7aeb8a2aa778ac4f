proc p1
sys transparent_hugepage/khugepaged/max_ptes_none 510
p1 mmap r0 64K off=1024K
p1 munmap r0[0..8]
p1 mprotect r0[3..16] none
p1 munmap r0[5]
ksmd scan 1
p1 write r0[8..10:3] zero
p1 write r0[13..16] fill=1
p1 madvise r0[3..16] mergeable
observe
p1 madvise r0[4..13] nohugepage
p1 mmap r1 4M after=r0 populate
p1 mprotect r1 rw
observe end
