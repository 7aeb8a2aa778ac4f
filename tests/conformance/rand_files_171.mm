proc p1
sys transparent_hugepage/khugepaged/max_ptes_none 510
sys transparent_hugepage/shmem_enabled within_size
p1 mmap r0 4M shared
p1 madvise r0[652..661] dontneed
p1 write r0[512..1024]
observe
p1 write r0 fill=1
p1 write r0[728..732:2] zero
p1 mlock r0
p1 munmap r0[0..512]
p1 madvise r0[292..357] nohugepage
khugepaged wake 1
observe end
