# the pages gone to another place leave their area behind
proc p1
p1 mmap a 2M
p1 madvise a hugepage
p1 write a seed=1
p1 mremap a to b dontunmap
observe
p1 madvise a collapse
p1 write a[0..3]
observe again
p1 madvise a[0..512] collapse
p1 mremap b to c off=4K dontunmap
observe odd
