# a collapse that fails takes the pages off their list and forgets how often they are locked
proc p1
p1 mmap a 2M
p1 write a seed=1
p1 mlock a onfault
p1 madvise a hugepage
p1 fork p2
p2 mlock a[0..16] onfault
p2 madvise a[100] guard_install
observe before
p2 madvise a collapse
observe failed
p2 munlock a[0..16]
observe unlocked
p1 munlock a
observe none
