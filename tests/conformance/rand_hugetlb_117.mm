proc p1
sys transparent_hugepage/khugepaged/max_ptes_shared 0
vm nr_hugepages 2
vm nr_overcommit_hugepages 4
p1 mmap r0 4M hugetlb
p1 write r0 byte=0
observe
p1 read r0[42..299]
observe
p1 mmap r1 4M shared hugetlb noreserve
p1 read r1
p1 mprotect r1 none
p1 write r0 fill=1
khugepaged wake 1
observe
vm nr_hugepages 4
p1 mprotect r1 rw
p1 mmap r2 2M hugetlb populate
vm nr_hugepages 2
p1 madvise r2[388] dontneed
p1 madvise r0[1008] populate_read
p1 fork p2
ksmd scan 1
p1 munmap r1[0..512]
p2 mlock r1
p1 write r0[714] zero
p1 read r2
p2 read r2[0..512]
observe end
