proc p1
sys transparent_hugepage/khugepaged/max_ptes_shared 511
sys ksm/max_page_sharing 3
sys transparent_hugepage/hugepages-64kB/enabled never
sys transparent_hugepage/khugepaged/max_ptes_swap 511
p1 mmap r0 4M
p1 mremap r0 2M
p1 write r0[396..405]
p1 madvise r0 pageout
p1 write r0[456] zero
p1 mremap r0 to r1 off=4K
p1 write r1 idx
p1 read r1[512..1024]
p1 mlock r1[512..1024] onfault
p1 prctl thp_disable 0
observe end
