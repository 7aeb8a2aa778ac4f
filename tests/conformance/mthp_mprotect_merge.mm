# protection of parts of 64 KiB folios and new pages beside
proc p1
sys transparent_hugepage/hugepages-64kB/enabled madvise
p1 mmap a 512K
p1 madvise a hugepage
p1 write a[0..20]
p1 mprotect a[0..4] r
p1 write a[0]
p1 mprotect a[20..40] r
p1 write a[40]
p1 mprotect a rw
p1 write a[41]
p1 write a[0]
observe
