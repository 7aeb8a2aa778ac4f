# kernel self test: the child inherits memory_merge and its new areas are mergeable
proc p1
p1 prctl memory_merge 1
p1 mmap a 64K
p1 fork p2
p2 mmap b 64K
p2 write b fill=3
p2 prctl memory_merge 0
p2 mmap c 64K
p2 write c fill=3
observe
p1 prctl memory_merge 0
observe both off
ksmd scan 2
observe scanned
