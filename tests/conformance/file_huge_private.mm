proc p1
file f 8M
p1 mmap a 8M file=f
p1 madvise a hugepage
p1 write a[5]
observe o0
p1 read a[600]
observe o1
p1 read a[1024..2048]
observe o2
p1 madvise a[0..512] pageout
p1 madvise a[0..512] pageout
observe o3
p1 read a[1]
p1 mremap a to b off=4K
observe o4
p1 read b
observe o5
khugepaged scan 2
observe end
