# a file whose folios readahead made huge, mapped shared by two processes: dirty bits, write notify, the hole, the end
proc p1
file f 4M
p1 mmap a 4M shared file=f
p1 madvise a hugepage
p1 read a[0]
observe read
p1 read a[600]
p1 fork p2
p2 read a[1]
observe two
p1 write a[5] seed=1
observe written
p2 write a[6] seed=2
p1 msync a
observe synced
p1 write a[7]
p1 read a[8]
observe again
p1 munmap a[100..101]
p1 read a[102]
observe unmapped
p2 madvise a[0..512] dontneed
p2 read a[3]
observe end
