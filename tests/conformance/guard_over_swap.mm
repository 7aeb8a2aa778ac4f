# guards over pages in swap
swap on 64M
proc p1
p1 mmap a 2M
p1 write a[0..64] seed=1
p1 madvise a[0..64] pageout
p1 madvise a[8..16] guard_install
observe guarded
p1 madvise a guard_remove
p1 read a[8]
p1 read a[7]
observe removed
