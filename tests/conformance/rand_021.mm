proc p1
p1 mmap r0 4M
p1 mmap r1 2M locked
p1 madvise r0[106] willneed
p1 munmap r1[53..57]
p1 madvise r1[322..331] willneed
p1 mprotect r0[502] rw
p1 mmap r2 4M after=r0 noreserve
p1 write r0 byte=0
p1 read r0[512..1024]
p1 madvise r1 hugepage
p1 madvise r1[328..512] keeponfork
p1 write r1[80..145]
p1 write r1 byte=2
khugepaged wake 1
observe
p1 mremap r2 64K maymove
observe
