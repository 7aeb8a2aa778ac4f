proc p1
sys transparent_hugepage/enabled madvise
sys transparent_hugepage/hugepages-32kB/enabled inherit
sys transparent_hugepage/hugepages-64kB/enabled madvise
sys transparent_hugepage/hugepages-128kB/enabled never
sys transparent_hugepage/hugepages-256kB/enabled madvise
sys transparent_hugepage/hugepages-2048kB/enabled never
p1 mmap r0 3M
p1 fork p2
p2 mremap r0 to r1 after=r0
p2 write r1[0..512] fill=0
ksmd scan 1
p2 write r1 zero
khugepaged wake 1
observe
p1 mlock r0 onfault
observe end
