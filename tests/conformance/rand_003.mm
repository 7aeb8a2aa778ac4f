proc p1
sys transparent_hugepage/enabled madvise
sys ksm/smart_scan 0
p1 mmap r0 64K
p1 write r0
p1 write r0[3..16]
p1 write r0 byte=2
p1 read r0[3..5:2]
p1 mmap r1 1M after=r0
p1 read r1[48]
p1 write r1 byte=1
ksmd scan 1
ksmd scan 1
p1 mmap r2 3M populate
p1 madvise r1 collapse
p1 mmap r3 4M
p1 mmap r4 3M
ksmd scan 2
p1 read r4
p1 read r2
p1 write r1 zero
p1 munmap r2[554..619]
p1 write r1[113..256:16]
observe end
