# no guards in locked memory, but removal
proc p1
p1 mmap a 2M
p1 mlock a
p1 madvise a[3] guard_install
expect errno EINVAL
p1 munlock a
p1 madvise a[3] guard_install
p1 mlock a
p1 madvise a[3] guard_remove
observe
