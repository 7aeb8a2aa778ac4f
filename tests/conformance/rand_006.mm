proc p1
sys transparent_hugepage/khugepaged/max_ptes_none 100
sys transparent_hugepage/use_zero_page 0
sys transparent_hugepage/hugepages-256kB/enabled inherit
sys ksm/use_zero_pages 1
sys ksm/max_page_sharing 2
p1 mmap r0 3M
p1 madvise r0 collapse
p1 mmap r1 1M after=r0
p1 mmap r2 4M noreserve
p1 munlock r0[103..168]
p1 write r1[87..256:16] byte=2
p1 write r2[114..118] fill=1
p1 write r0[658] byte=0
p1 mmap r3 3M
p1 madvise r0[156..757] hugepage
p1 madvise r3[0..512] guard_install
p1 madvise r0[273..768] pageout
p1 read r3
observe end
