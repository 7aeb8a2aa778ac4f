proc p1
sys transparent_hugepage/enabled madvise
p1 mmap r0 64K
p1 write r0 byte=1
p1 write r0[11..16:2] fill=2
p1 mmap r1 3M
p1 mmap r2 4M
p1 prctl thp_disable 1
p1 fork p2
p1 mmap r3 4M off=64K
p2 madvise r1 hugepage
observe
p2 madvise r0 pageout
p2 prctl thp_disable 1
p1 madvise r2 pageout
observe
p2 write r0
observe
p1 write r3[944..1024] zero
p1 write r1[0..512] fill=2
p1 read r0[6]
observe end
