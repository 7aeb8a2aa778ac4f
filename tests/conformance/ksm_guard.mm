# guards over merged pages
proc p1
p1 mmap a 32K
p1 write a fill=1
p1 madvise a mergeable
ksmd scan 2
p1 madvise a[2..4] guard_install
observe installed
ksmd scan 1
observe scanned
p1 madvise a[2..4] guard_remove
p1 write a[2..4] fill=1
ksmd scan 1
observe gate
ksmd scan 1
observe merged
