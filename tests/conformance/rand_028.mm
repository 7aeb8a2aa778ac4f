proc p1
p1 mmap r0 3M
p1 write r0 seed=0
khugepaged wake 1
p1 mmap r1 1M prot=none
p1 fork p2
p1 madvise r0 dontfork
p2 mmap r2 1M after=r1
p2 madvise r0 dofork
p2 mprotect r2 none
p2 mprotect r0[0..512] none
ksmd scan 1
p1 madvise r1 guard_install
p1 madvise r0 collapse
p2 fork p3
observe end
