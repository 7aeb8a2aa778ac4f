proc p1
sys transparent_hugepage/khugepaged/max_ptes_none 1
sys transparent_hugepage/khugepaged/max_ptes_shared 511
sys transparent_hugepage/use_zero_page 0
sys ksm/smart_scan 0
p1 mmap r0 2M
p1 mmap r1 3M after=r0
p1 mprotect r1[273..277] none
p1 write r0 zero
ksmd scan 1
khugepaged scan 1
p1 madvise r0 dofork
p1 read r1
p1 write r0[152..512:3] byte=2
p1 mmap r2 1M off=1024K
p1 fork p2
p2 read r1
p1 write r2
p2 mremap r1 64K maymove
observe
