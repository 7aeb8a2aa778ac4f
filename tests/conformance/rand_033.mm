proc p1
sys transparent_hugepage/khugepaged/max_ptes_none 0
sys transparent_hugepage/hugepages-64kB/enabled always
p1 mmap r0 64K off=1024K
p1 madvise r0[15..16] guard_install
observe
p1 mmap r1 1M
p1 write r1 fill=2
p1 write r0 zero
p1 write r0[2..6] byte=0
p1 write r0 seed=0
observe
p1 fork p2
p2 write r0 fill=1
observe end
