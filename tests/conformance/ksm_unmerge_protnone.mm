# pages nobody may access stay so when they are unmerged, or split off a huge zero page
proc p1
p1 mmap a 32K
p1 write a fill=1
p1 madvise a mergeable
ksmd scan 2
p1 mprotect a none
p1 madvise a unmergeable
observe unmerged
p1 read a[3]
expect signal SIGSEGV
p1 write a[3]
expect signal SIGSEGV
p1 mmap z 2M
p1 madvise z hugepage
p1 read z
p1 mprotect z none
p1 munmap z[0..8]
observe split
p1 read z[9]
expect signal SIGSEGV
