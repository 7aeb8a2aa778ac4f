# fixed mappings over parts of huge pages
proc p1
p1 mmap a 4M
p1 madvise a hugepage
p1 write a seed=1
p1 mmap b 400K at=a[100..200]
p1 mmap c 2M at=a[512..1024] prot=r
observe over
p1 write b
p1 madvise a[0..512] collapse
observe collapsed
p1 mprotect c rw
p1 write c[0]
observe
