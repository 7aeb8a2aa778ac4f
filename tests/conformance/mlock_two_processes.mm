# a page locked by two processes stays locked until both unlock it
proc p1
sys transparent_hugepage/hugepages-64kB/enabled madvise
p1 mmap a 64K off=4K
p1 madvise a hugepage
p1 write a[0..3] seed=1
p1 mmap b 64K
p1 madvise b hugepage
p1 write b seed=2
p1 mmap c 2M
p1 madvise c hugepage
p1 write c seed=3
p1 fork p2
p1 mlock a onfault
p1 mlock b onfault
p1 mlock c onfault
p2 mlock a onfault
p2 mlock b onfault
p2 mlock c onfault
observe both
p2 munlock a
p2 munlock b[0..4]
p2 munlock c[0..512]
observe one
p2 munlock b[4..16]
observe one
p1 munlock a
p1 munlock b
p1 munlock c
observe none
