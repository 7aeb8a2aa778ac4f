# many sizes: what fits between what is there
proc p1
sys transparent_hugepage/hugepages-16kB/enabled madvise
sys transparent_hugepage/hugepages-32kB/enabled madvise
sys transparent_hugepage/hugepages-128kB/enabled madvise
sys transparent_hugepage/hugepages-512kB/enabled madvise
sys transparent_hugepage/hugepages-1024kB/enabled madvise
p1 mmap a 4M
p1 madvise a hugepage
sys transparent_hugepage/hugepages-2048kB/enabled never
p1 write a[0]
p1 write a[300]
p1 write a[600]
p1 madvise a[130..131] dontneed
p1 write a[128]
p1 write a[130]
p1 munmap a[700..720]
p1 write a[699]
p1 write a[720]
p1 write a[1023]
observe
