proc p1
p1 mmap r0 3M
vm drop_caches 2
p1 madvise r0[326..335] nohugepage
p1 mprotect r0 rw
observe
p1 madvise r0[33..42:16] dontneed
p1 mmap r1 64K after=r0 prot=none
p1 read r1[14..16]
p1 read r1[11..13]
p1 mmap r2 3M
p1 mmap r3 64K
khugepaged scan 1
p1 mremap r2[728..737] to r4 dontunmap
observe
