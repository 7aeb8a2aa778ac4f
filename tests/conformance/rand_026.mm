proc p1
sys transparent_hugepage/khugepaged/max_ptes_shared 0
sys ksm/smart_scan 0
p1 mmap r0 64K off=64K
p1 read r0
observe
p1 write r0[8..12:3]
p1 read r0[4..16]
p1 mmap r1 1M
p1 mmap r2 3M locked
ksmd scan 1
p1 read r1[116..181]
p1 mmap r3 2M
observe end
