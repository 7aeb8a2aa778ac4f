proc p1
sys transparent_hugepage/enabled always
sys transparent_hugepage/hugepages-32kB/enabled never
sys transparent_hugepage/hugepages-64kB/enabled madvise
sys transparent_hugepage/hugepages-128kB/enabled madvise
sys transparent_hugepage/hugepages-2048kB/enabled never
swap on 64M
p1 prctl thp_disable 1
p1 mmap r0 2M
ksmd scan 1
p1 write r0[432..434] seed=1
khugepaged wake 2
p1 mremap r0 to r1
observe end
