proc p1
file f 2M
p1 mmap a 2M shared file=f
p1 madvise a hugepage
p1 read a[0]
observe o0
p1 write a[0]
observe o1
p1 msync a
p1 write a[1]
observe o2
p1 mprotect a[5] r
observe o3
p1 write a[6]
observe o4
p1 fork p2
p2 read a[0]
p2 mlock a[0..4]
observe o5
p1 madvise a dontneed
p2 munlock a
p2 munmap a[100..200]
observe o6
p1 truncate f 5000
p1 read a[0..3]
observe o7
