# a huge folio in an area that holds it in part, and at the end of the file
proc p1
file f 4M
p1 mmap a 4M shared file=f off=4K
p1 madvise a hugepage
p1 read a[0]
observe odd
p1 mmap b 2M shared file=f fileoff=1M
p1 read b[0]
p1 mmap c 4M file=f
p1 read c[512]
observe part
p1 write c[700]
p1 read c[701]
p1 truncate f 3M
observe end
