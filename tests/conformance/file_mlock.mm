proc p1
p1 mmap r0 4M shared
p1 write r0[0..600]
p1 mlock r0[100..1024]
sys transparent_hugepage/shmem_enabled advise
p1 madvise r0 hugepage
observe
khugepaged wake 1
observe
p1 read r0
observe
p1 madvise r0 collapse
observe
p1 madvise r0[3..5] dontneed
p1 madvise r0[300..305] dontneed
p1 munlock r0[512..600]
observe
p1 madvise r0[10..12] remove
p1 munlock r0
p1 madvise r0[10..12] remove
p1 madvise r0[600..602] pageout
observe
file f0 1M
p1 mmap r5 1M file=f0
p1 mlock r5[0..30]
observe
p1 write r5[3..10] seed=1
observe
p1 munlock r5[0..6]
p1 write r5[20]
observe
p1 mmap r6 1M shared file=f0 locked
observe
p1 truncate f0 20K
observe end
