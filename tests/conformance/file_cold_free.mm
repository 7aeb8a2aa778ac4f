# COLD and FREE of file pages, WILLNEED, and what fadvise drops
proc p1
file f 1M
p1 mmap a 1M shared file=f
p1 madvise a willneed
p1 read a[0]
observe one
p1 madvise a cold
p1 madvise a free
expect errno EINVAL
p1 munmap a[128..256]
p1 fadvise f dontneed
p1 read a[0..128]
observe again
