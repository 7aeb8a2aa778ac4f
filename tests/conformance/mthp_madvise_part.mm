# advice over parts of 64 KiB folios
swap on 64M
proc p1
sys transparent_hugepage/hugepages-64kB/enabled madvise
p1 mmap a 1M
p1 madvise a hugepage
p1 write a seed=1
observe full
p1 madvise a[0..3] cold
p1 madvise a[16..19] free
p1 madvise a[32..35] pageout
p1 madvise a[48..51] dontneed
p1 madvise a[64..80] free
p1 madvise a[80..96] cold
p1 madvise a[96..112] pageout
observe parts
vm drop_caches 2
observe dropped
p1 check a seed=1
observe checked
