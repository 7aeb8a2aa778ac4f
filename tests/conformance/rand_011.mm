proc p1
sys transparent_hugepage/khugepaged/max_ptes_none 1
sys ksm/max_page_sharing 2
p1 mmap r0 4M prot=r
khugepaged scan 1
vm drop_caches 2
p1 munmap r0[774..1024]
p1 read r0
p1 mprotect r0[212..469] r
p1 mprotect r0[50] none
p1 madvise r0 dontneed
p1 write r0[718..720] seed=2
observe
p1 madvise r0[0..512] hugepage
observe end
