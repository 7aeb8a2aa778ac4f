proc p1
sys transparent_hugepage/khugepaged/max_ptes_none 0
sys transparent_hugepage/use_zero_page 0
sys ksm/max_page_sharing 3
p1 mmap r0 4M prot=none
p1 mremap r0 64K
p1 madvise r0 normal
p1 mmap r1 64K after=r0 populate
p1 write r0[775..840] byte=1
p1 write r1[4..16:2] zero
p1 write r1[2..11:2] byte=2
p1 madvise r1[8..16] guard_remove
khugepaged wake 1
observe
vm drop_caches 2
p1 read r0
p1 write r0[828] fill=1
p1 madvise r1 dontneed
p1 write r0[740] seed=2
p1 madvise r0[222..231] wipeonfork
p1 write r1 fill=2
p1 write r0[420] idx
p1 write r0[159]
observe
p1 mmap r2 1M noreserve
p1 write r0 zero
p1 write r2 idx
observe
p1 mmap r3 2M locked
p1 mremap r1 64K
observe end
