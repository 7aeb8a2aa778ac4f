# one locked page of a huge page
proc p1
p1 mmap a 2M
p1 madvise a hugepage
p1 write a seed=1
p1 mlock a[7]
observe locked
p1 madvise a dontneed
expect errno EINVAL
p1 munlock a
p1 madvise a[0..512] dontneed
observe empty
p1 write a[0]
observe again
