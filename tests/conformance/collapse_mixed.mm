# MADV_COLLAPSE of zero pages, KSM pages, shared and swapped ones
swap on 64M
proc p1
p1 mmap a 2M
p1 write a[0..64] seed=1
p1 read a[64..128]
p1 write a[128..192] fill=9
p1 write a[192..256] seed=2
p1 madvise a[128..192] mergeable
ksmd scan 2
p1 madvise a unmergeable
p1 fork p2
p1 write a[200..220] seed=3
p1 madvise a[0..32] pageout
observe before
p1 madvise a collapse
observe after
p1 check a[0..64] seed=1
p2 madvise a collapse
observe child
