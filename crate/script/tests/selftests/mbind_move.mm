# rows 164, 169: mbind moves what lies elsewhere, huge pages whole; pinned ones stay
machine nodes=2 mem=2G
proc p1
p1 mmap a 2M
p1 mbind a bind:0
p1 madvise a hugepage
p1 write a seed=1
p1 mmap b 8K
p1 mbind b bind:0
p1 write b seed=2
p1 pin b[0]
p1 mbind a bind:1 move
expect ok
p1 mbind b bind:1 move
expect ok
observe moved
expect p1.a.classes T*512
p1 check a seed=1
expect differ 0
p1 check b seed=2
expect differ 0
p1 unpin b[0]
cat /proc/p1/numa_maps
