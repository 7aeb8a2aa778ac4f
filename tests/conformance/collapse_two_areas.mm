# MADV_COLLAPSE over areas of different kinds and a hole
proc p1
p1 mmap a 2M
p1 write a seed=1
p1 mmap b 2M after=a prot=r
p1 mmap c 2M after=b
p1 write c seed=1
p1 madvise c mergeable
p1 madvise a[0..512] collapse
observe
p1 mprotect b rw
p1 write b
p1 munmap b[100..101]
p1 madvise b collapse
p1 madvise c collapse
observe
