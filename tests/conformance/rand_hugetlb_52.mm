proc p1
sys transparent_hugepage/enabled never
sys transparent_hugepage/khugepaged/max_ptes_shared 100
vm nr_hugepages 2
vm nr_overcommit_hugepages 1
p1 mmap r0 4M hugetlb noreserve
ksmd scan 1
p1 mmap r1 4M
p1 munmap r1[0..512]
p1 mprotect r0 rw
khugepaged wake 1
p1 mmap r2 1M after=r1 prot=rx
p1 madvise r0 hugepage
p1 mmap r3 4M off=64K
p1 mprotect r1 rw
vm nr_hugepages 2
p1 mmap r4 4M shared hugetlb
p1 mprotect r2 none
p1 write r3 idx
p1 read r4[771..836]
p1 madvise r4[149] mergeable
p1 write r3[550..615] seed=0
p1 write r0[757..1014] seed=1
ksmd scan 1
p1 fork p2
p1 write r3[650..715:3] byte=0
p2 write r0 idx
p2 write r0[0..512] zero
observe end
