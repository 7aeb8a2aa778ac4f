# COLD and PAGEOUT leave a shared huge page alone
swap on 64M
proc p1
p1 mmap a 2M
p1 madvise a hugepage
p1 write a seed=1
p1 fork p2
p2 madvise a cold
p2 madvise a[0..10] cold
p2 madvise a pageout
observe shared
p1 exit
p2 madvise a[0..10] pageout
observe part
p2 madvise a pageout
observe all
