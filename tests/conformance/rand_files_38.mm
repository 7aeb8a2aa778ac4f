proc p1
sys transparent_hugepage/use_zero_page 0
sys ksm/max_page_sharing 3
sys transparent_hugepage/shmem_enabled within_size
sys transparent_hugepage/hugepages-64kB/shmem_enabled inherit
p1 mmap r0 2M shared
ksmd scan 2
p1 fork p2
p2 write r0 zero
observe
p2 write r0 fill=3
p1 mprotect r0[32..34] rw
p1 mlock r0[385..389]
p2 write r0[422] seed=1
p1 read r0
p2 madvise r0 willneed
p1 write r0 idx
khugepaged wake 1
khugepaged wake 1
p1 madvise r0 guard_install
p2 madvise r0[508..512] hugepage
memfd m0 1M
p1 mmap r1 1M shared memfd=m0
khugepaged wake 1
observe end
