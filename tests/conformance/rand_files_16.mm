proc p1
sys transparent_hugepage/enabled always
sys transparent_hugepage/khugepaged/max_ptes_none 255
sys transparent_hugepage/hugepages-16kB/enabled madvise
sys ksm/smart_scan 0
sys ksm/max_page_sharing 5
sys transparent_hugepage/shmem_enabled within_size
p1 mmap r0 4M shared
p1 mlock r0
p1 read r0
memfd m0 1M
p1 mmap r1 1M memfd=m0
p1 madvise r1[86..151:16] unmergeable
p1 write r0[61..70] byte=2
p1 fork p2
p1 read r1
p1 write r0 seed=2
observe
p1 mprotect r1[147..212] r
p2 mmap r2 2M shared
khugepaged wake 1
p1 read r0[553]
p1 fallocate m0 punch 956K 64K
p1 mremap r0[512..1024] to r3 off=4K
observe end
