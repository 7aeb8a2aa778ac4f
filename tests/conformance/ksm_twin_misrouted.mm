# a waiting page changes: its twin is sent the wrong way and waits for the next scan
proc p1
p1 mmap a 12K
p1 write a[0] fill=0x6d
p1 write a[1] fill=0x64
p1 write a[2] fill=0x64
p1 madvise a mergeable
ksmd scan 1
sys ksm/pages_to_scan 2
ksmd wake 1
p1 write a[0] fill=0x61
observe
ksmd wake 1
observe rest
sys ksm/pages_to_scan 100
ksmd wake 2
observe next scan
