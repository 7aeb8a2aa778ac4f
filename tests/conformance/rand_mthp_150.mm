proc p1
sys transparent_hugepage/hugepages-32kB/enabled madvise
sys transparent_hugepage/hugepages-512kB/enabled never
sys transparent_hugepage/hugepages-1024kB/enabled never
sys transparent_hugepage/hugepages-2048kB/enabled madvise
p1 prctl thp_disable 1
p1 mmap r0 3M
p1 mmap r1 64K after=r0
p1 mmap r2 1M prot=none
p1 mremap r2[242..256] to r3
p1 mremap r0 4M maymove
observe end
