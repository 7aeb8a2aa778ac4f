proc p1
file f 3M
p1 mmap a 3M shared file=f
p1 madvise a hugepage
p1 read a[600]
observe o0
p1 read a[0]
observe o1
p1 write a[10]
p1 write a[700]
observe o2
p1 fallocate f punch 64K 4K
observe o3
p1 msync a
observe o4
p1 fallocate f punch 128K 4K
observe o5
p1 read a
observe o6
p1 fallocate f punch 2304K 64K
p1 read a[520]
observe o7
