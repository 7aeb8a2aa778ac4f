proc p1
sys transparent_hugepage/khugepaged/max_ptes_shared 0
sys ksm/smart_scan 0
sys ksm/max_page_sharing 2
p1 mmap r0 3M
p1 madvise r0[0..512] willneed
ksmd scan 1
p1 write r0 fill=0
observe
p1 write r0[608..617] zero
p1 write r0 idx
observe
p1 mprotect r0 rw
p1 mprotect r0[276..280] r
p1 write r0[264] zero
p1 madvise r0[417..421] hugepage
p1 madvise r0[330] guard_remove
khugepaged scan 1
observe
p1 mmap r1 3M
p1 mremap r1 to r2
observe
