# an area locked on fault that becomes writable is not filled, a locked one is
proc p1
p1 mmap a 64K prot=r
p1 mlock a onfault
p1 read a[0..8]
p1 mprotect a rw
observe onfault
p1 mmap b 64K prot=r
p1 mlock b
p1 mprotect b rw
observe locked
