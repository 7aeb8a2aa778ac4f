# 64 KiB folios shared, swapped, read back by one
swap on 64M
proc p1
sys transparent_hugepage/hugepages-64kB/enabled madvise
p1 mmap a 256K
p1 madvise a hugepage
p1 write a seed=1
p1 fork p2
p1 madvise a pageout
observe shared
p2 exit
p1 madvise a pageout
observe out
p1 write a[3] seed=2
p1 read a[20]
observe back
swap off
observe off
