proc p1
p1 mmap r0 4M
p1 write r0 seed=0
p1 read r0
p1 munmap r0[0..512]
p1 mprotect r0 r
khugepaged scan 1
observe
p1 write r0[1022] idx
p1 write r0 fill=0
khugepaged scan 1
p1 munlock r0
p1 write r0[512..1024] byte=2
p1 madvise r0[43..45:2] dofork
p1 write r0[235..300] seed=0
p1 write r0[229..233] seed=1
p1 mprotect r0[589..591] r
p1 mmap r1 1M
khugepaged scan 1
observe end
