proc p1
sys transparent_hugepage/khugepaged/max_ptes_none 100
sys transparent_hugepage/use_zero_page 0
sys transparent_hugepage/hugepages-256kB/enabled madvise
p1 mmap r0 4M prot=none
p1 read r0[801]
p1 madvise r0[125..726] guard_install
p1 munmap r0[279..880]
observe
p1 write r0[582..584:2] idx
p1 madvise r0 willneed
p1 read r0[448..457]
p1 write r0[25] seed=0
p1 madvise r0[993..1024] populate_write
p1 mmap r1 4M
p1 write r0[24..33] fill=2
p1 munmap r0[923..927]
p1 write r0[252] idx
p1 madvise r1[351..353] wipeonfork
p1 madvise r1[835..837] hugepage
p1 write r1[564..1024] byte=2
p1 fork p2
p2 madvise r0[718..783] guard_install
p2 mmap r2 2M
khugepaged wake 1
p1 write r0[240] zero
p1 fork p3
p2 write r1[512..1024]
observe end
