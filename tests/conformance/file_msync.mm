# written back pages are clean and write-protected
proc p1
file f 256K
p1 mmap a 256K shared file=f
p1 read a
p1 write a[3]
p1 write a[4] fill=1
observe dirty
p1 msync a
observe clean
p1 write a[3]
p1 write a[4]
p1 fork p2
p2 write a[3]
p1 msync a[0..8]
p2 write a[3]
p1 write a[3]
observe end
