proc p1
sys transparent_hugepage/khugepaged/max_ptes_none 255
sys transparent_hugepage/khugepaged/max_ptes_shared 100
vm nr_hugepages 2
p1 mmap r0 64K off=4K
p1 mprotect r0[10..14] rw
p1 madvise r0[13] nohugepage
p1 mmap r1 2M hugetlb noreserve
vm nr_hugepages 5
p1 madvise r1 wipeonfork
p1 madvise r0 collapse
observe
p1 write r0 byte=0
vm nr_hugepages 4
p1 madvise r0[7..16] populate_read
p1 write r0 seed=1
p1 write r0
p1 mlock r1[103]
p1 mmap r2 4M hugetlb
p1 fork p2
p2 read r0[2..16]
observe
p1 madvise r0[15..16] dontneed
p1 fork p3
p2 mmap r3 2M hugetlb noreserve
p2 read r2
observe end
