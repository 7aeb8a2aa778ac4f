# every part of a folio that a locked area lets go counts as one unlocking
proc p1
sys transparent_hugepage/hugepages-64kB/enabled madvise
p1 mmap b 64K
p1 madvise b hugepage
p1 write b seed=2
p1 fork p2
p1 mlock b onfault
p2 mlock b onfault
observe both
p2 munmap b[0..2]
observe one
p2 munmap b[2..4]
observe none
p1 munlock b
p1 mlock b
observe again
