proc p1
sys transparent_hugepage/use_zero_page 0
sys transparent_hugepage/hugepages-16kB/enabled never
sys transparent_hugepage/hugepages-64kB/enabled inherit
sys transparent_hugepage/hugepages-128kB/enabled inherit
sys transparent_hugepage/hugepages-512kB/enabled madvise
sys transparent_hugepage/hugepages-1024kB/enabled madvise
sys transparent_hugepage/khugepaged/max_ptes_swap 0
p1 prctl thp_disable 1 2
p1 mmap r0 4M
p1 write r0[321..386]
p1 mprotect r0 rw
p1 read r0[0..512]
p1 mlock r0[512..521] onfault
p1 write r0 byte=2
observe
p1 write r0[308..312] idx
p1 fork p2
p2 mremap r0 to r1 after=r0
ksmd scan 1
p2 mmap r2 3M prot=r
p1 mmap r3 64K
p2 write r1[2..259] byte=1
observe
p2 fork p3
observe
khugepaged wake 1
p2 munmap r1[0..512]
p2 mlock r1[180]
observe
p1 madvise r0[908] unmergeable
p3 mremap r1 to r4 dontunmap
observe end
