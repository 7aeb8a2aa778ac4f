# huge pages of which one small page is left each
proc p1
p1 mmap a 16M
p1 madvise a hugepage
p1 write a[0]
p1 madvise a[0..511] dontneed
p1 write a[512]
p1 madvise a[512..1023] dontneed
p1 write a[1024]
p1 madvise a[1024..1535] dontneed
p1 write a[1536]
p1 madvise a[1536..2047] dontneed
p1 write a[2048]
p1 madvise a[2048..2559] dontneed
p1 write a[2560]
p1 madvise a[2560..3071] dontneed
p1 write a[3072]
p1 madvise a[3072..3583] dontneed
p1 write a[3584]
p1 madvise a[3584..4095] dontneed
observe left
vm drop_caches 2
observe dropped
p1 mmap b 16M at=a
observe replaced
