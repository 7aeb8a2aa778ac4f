proc p1
sys transparent_hugepage/enabled never
sys transparent_hugepage/use_zero_page 0
p1 mmap r0 2M
p1 mmap r1 4M
p1 write r0[46..50]
p1 madvise r1[355..956] dontneed
observe
p1 mmap r2 4M
ksmd scan 2
observe
p1 mmap r3 1M
p1 mmap r4 2M
p1 mmap r5 4M
p1 write r3[142..256] zero
observe end
