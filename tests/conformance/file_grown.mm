# a file cut and grown again: zeroes, signals, private copies
proc p1
file f 256K
p1 mmap a 256K file=f
p1 mmap b 256K shared file=f
p1 write a[0..64:4] seed=3
p1 read b
observe mapped
p1 truncate f 100K
observe cut
p1 read a[40]
p1 truncate f 256K
p1 read a[30]
p1 check b[24] zero
p1 write b[63]
observe grown
