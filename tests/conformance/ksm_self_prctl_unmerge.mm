# kernel self test: switching the whole process off unmerges what madvise had merged
proc p1
p1 mmap a 2M
p1 madvise a nohugepage
p1 write a fill=0x12
p1 madvise a mergeable
ksmd scan 2
p1 prctl memory_merge 1
observe on
p1 prctl memory_merge 0
observe off
ksmd scan 1
observe later
p1 prctl memory_merge 0
