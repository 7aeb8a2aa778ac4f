proc p1
sys transparent_hugepage/enabled madvise
sys ksm/use_zero_pages 1
vm nr_hugepages 4
p1 mmap r0 4M hugetlb populate
p1 munmap r0[0..512]
p1 madvise r0[149] free
p1 write r0[574] byte=1
vm nr_hugepages 1
p1 fork p2
p2 write r0[947..956] byte=1
p1 read r0
p2 write r0
p1 mmap r1 4M noreserve
p2 write r0 seed=0
p1 madvise r1 mergeable
p1 madvise r0[0..512] unmergeable
ksmd scan 2
p1 write r0[749] zero
observe
p2 madvise r0[921..1024] willneed
p1 madvise r0[885] collapse
p2 fork p3
observe end
