# the huge zero page locked, moved and advised
proc p1
p1 mmap a 2M
p1 madvise a hugepage
p1 read a[0]
p1 mlock a[0..10] onfault
observe part
p1 mmap b 2M
p1 madvise b hugepage
p1 read b[0]
p1 mremap b to c
observe moved
p1 mremap c to d off=4K
observe odd
p1 mmap e 2M
p1 madvise e hugepage
p1 read e[0]
p1 madvise e cold
p1 madvise e free
p1 madvise e pageout
observe advised
