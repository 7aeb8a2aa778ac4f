# guards move with their pages
proc p1
p1 mmap a 2M
p1 write a[0..32] seed=1
p1 madvise a[4..8] guard_install
p1 mremap a[0..16] to b
p1 read b[5]
p1 mremap b to c off=4K dontunmap
p1 read c[5]
p1 read b[5]
observe
