# row 166: huge pages of an interleaved area alternate between the nodes
machine mem=2G nodes=2
proc p1
p1 mmap a 8M
p1 mbind a interleave:0-1
p1 madvise a hugepage
p1 write a
observe four huge pages
expect p1.a.AnonHugePages 8192
cat /proc/p1/numa_maps
