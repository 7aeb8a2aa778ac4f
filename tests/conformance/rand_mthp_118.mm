proc p1
sys transparent_hugepage/khugepaged/max_ptes_none 255
sys ksm/smart_scan 0
sys transparent_hugepage/hugepages-16kB/enabled never
sys transparent_hugepage/hugepages-1024kB/enabled inherit
swap on 64M
p1 mmap r0 64K
p1 munlock r0
p1 munlock r0
khugepaged wake 1
p1 munlock r0[13..16]
p1 read r0
p1 write r0[9..16]
p1 write r0[12..16] byte=0
p1 mmap r1 4M off=1024K locked
observe end
