proc p1
sys transparent_hugepage/khugepaged/max_ptes_none 0
sys transparent_hugepage/use_zero_page 0
sys ksm/smart_scan 0
vm nr_hugepages 2
vm nr_overcommit_hugepages 4
p1 mmap r0 2M off=1024K populate
p1 write r0[467..512] byte=2
p1 write r0[39] byte=1
p1 write r0[76..78:2] zero
p1 madvise r0 dofork
p1 write r0[400..512] byte=0
p1 mlock r0[264..512]
p1 mprotect r0[0..512] rw
observe
khugepaged wake 1
p1 madvise r0 dontneed
p1 madvise r0[0..512] willneed
p1 fork p2
p2 mmap r1 2M hugetlb
p1 mmap r2 2M after=r0 noreserve
p2 madvise r0 populate_write
p2 write r0 zero
p2 fork p3
p2 madvise r0[264..273] guard_install
p3 write r0[0..512]
p3 munmap r0[0..256]
observe end
