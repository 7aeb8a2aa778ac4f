# MADV_FREE and MADV_COLD on merged pages
proc p1
p1 mmap a 32K
p1 write a fill=1
p1 madvise a mergeable
ksmd scan 2
p1 madvise a[0..4] cold
p1 madvise a[4..8] free
observe advised
ksmd scan 1
observe scanned
p1 write a[4] fill=1
observe written
