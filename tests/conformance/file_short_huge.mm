proc p1
file f 1M
p1 mmap a 1M file=f
p1 madvise a hugepage
p1 write a[3]
observe o0
p1 read a[100]
p1 madvise a[0..64] pageout
observe o1
p1 fallocate f punch 512K 64K
p1 read a
observe o2
p1 madvise a willneed
p1 fallocate f keep 1M 1M
p1 truncate f 700K
p1 read a[0..175]
observe o3
