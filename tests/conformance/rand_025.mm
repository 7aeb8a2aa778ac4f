proc p1
sys transparent_hugepage/khugepaged/max_ptes_none 510
sys transparent_hugepage/use_zero_page 0
p1 mmap r0 3M
p1 madvise r0 keeponfork
khugepaged wake 1
p1 write r0 zero
p1 fork p2
p2 write r0[350] idx
p1 munmap r0[0..384]
ksmd scan 1
p1 write r0 byte=2
p1 madvise r0 dontneed
observe
khugepaged wake 1
ksmd scan 1
p1 mmap r1 2M off=4K noreserve
p2 write r0[365..369] zero
ksmd scan 1
observe end
