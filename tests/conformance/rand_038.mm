proc p1
sys transparent_hugepage/enabled madvise
sys transparent_hugepage/khugepaged/max_ptes_shared 0
p1 mmap r0 64K locked
p1 mmap r1 64K after=r0 prot=none
ksmd scan 2
ksmd scan 2
ksmd scan 1
p1 write r0 idx
p1 read r0[5..14:3]
p1 write r1[1..3] seed=1
p1 write r0[6..8:16] seed=2
p1 write r1[13..15]
p1 write r0 fill=0
observe
p1 mprotect r0 r
ksmd scan 2
khugepaged wake 1
p1 mmap r2 64K noreserve
p1 mmap r3 3M after=r0 prot=rx
ksmd scan 2
ksmd scan 1
observe
p1 munlock r1
p1 write r0 seed=0
observe end
