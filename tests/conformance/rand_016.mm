proc p1
sys ksm/use_zero_pages 1
sys ksm/max_page_sharing 2
p1 mmap r0 3M
p1 fork p2
p1 mprotect r0 rw
p1 write r0[734] byte=2
khugepaged scan 1
p1 madvise r0[130..139:2] dontfork
p2 write r0 zero
p2 write r0[504..768]
p1 madvise r0[325..390] unmergeable
p2 madvise r0[50] hugepage
p2 write r0[559] zero
p1 read r0[370..435:2]
p2 mmap r1 64K after=r0
p1 madvise r0[504..506] hugepage
p2 fork p3
p2 munlock r0[0..512]
p2 mmap r2 1M
khugepaged scan 1
p1 write r0[622..768:2]
p1 mmap r3 2M after=r0
p1 mmap r4 4M
p3 mremap r0 64K maymove
observe
