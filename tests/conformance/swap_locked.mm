# locking brings pages back
swap on 64M
proc p1
p1 mmap a 256K
p1 write a seed=1
p1 madvise a pageout
p1 mlock a[0..8] onfault
observe onfault
p1 mlock a[0..16]
observe locked
p1 madvise a pageout
observe again
p1 munlock a
p1 madvise a pageout
observe out
