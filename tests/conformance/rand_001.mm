proc p1
sys transparent_hugepage/khugepaged/max_ptes_shared 0
sys transparent_hugepage/hugepages-256kB/enabled madvise
sys ksm/max_page_sharing 5
p1 mmap r0 3M noreserve
p1 write r0[0..512] seed=1
p1 mmap r1 3M
p1 munmap r1[456]
p1 mprotect r1 none
p1 madvise r1[743] dontfork
p1 read r0[716..720]
p1 munlock r1
p1 read r1[638..640]
p1 mprotect r0[108..110] r
p1 madvise r0 dofork
observe end
