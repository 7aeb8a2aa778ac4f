proc p1
sys transparent_hugepage/shmem_enabled always
file m0 64K
p1 mmap r0 64K shared file=m0
ksmd scan 2
p1 mmap r1 3M off=64K
p1 write r0[3..12:2]
p1 truncate m0 152K
p1 write r0[0..2:16]
p1 write r1 fill=1
p1 write r1 idx
p1 write r0[12..16] zero
p1 mmap r2 2M shared
p1 mmap r3 3M shared
p1 madvise r1[612..616] hugepage
p1 madvise r1 dofork
observe
p1 write r2[263..512] byte=1
p1 madvise r3[544..768:16] keeponfork
p1 write r3[87..89:2]
p1 write r3[333..337]
khugepaged wake 1
p1 write r0 seed=1
p1 madvise r0[5..16] hugepage
p1 write r3 byte=0
p1 read r2[394..512]
p1 madvise r1[0..512] wipeonfork
p1 madvise r1[21..622] wipeonfork
p1 fork p2
observe
observe end
