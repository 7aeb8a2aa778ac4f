# areas of a child merge by their anchors
proc p1
p1 mmap a 64K
p1 write a
p1 fork p2
p2 mmap b 64K after=a
observe untouched
p2 write b
p2 write a
observe touched
p1 mmap c 64K after=a
p1 write c
observe parent
p2 mprotect a[0..4] r
p2 mprotect a[0..4] rw
observe back
