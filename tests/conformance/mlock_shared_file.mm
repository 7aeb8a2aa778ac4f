# pages of shared memory locked by two areas
proc p1
memfd m 64K
p1 mmap a 64K shared memfd=m
p1 mmap b 64K shared memfd=m
p1 mlock a
p1 mlock b
observe two
p1 munlock a[0..8]
observe half
p1 munmap b[4..12]
observe cut
p1 exit
