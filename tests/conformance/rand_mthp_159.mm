proc p1
sys transparent_hugepage/khugepaged/max_ptes_shared 511
sys ksm/max_page_sharing 2
sys transparent_hugepage/hugepages-32kB/enabled madvise
sys transparent_hugepage/hugepages-64kB/enabled madvise
sys transparent_hugepage/hugepages-128kB/enabled madvise
sys transparent_hugepage/hugepages-512kB/enabled never
swap on 64M
p1 mmap r0 3M
p1 fork p2
p2 mmap r1 3M off=1024K prot=rx
p1 write r0[604..669:2] fill=1
p1 write r0[375..632] idx
p2 write r1[286..351] seed=1
p2 madvise r0[166..767] pageout
observe end
