# swapped pages dropped, unmapped, moved and unswapped
swap on 64M
proc p1
p1 mmap a 1M
p1 write a seed=1
p1 madvise a pageout
p1 madvise a[0..16] dontneed
p1 munmap a[16..32]
p1 mremap a[32..48] to b off=4K
p1 mprotect a[48..64] r
p1 madvise a[64..80] free
observe
swap off
observe off
p1 check b[0..16]
