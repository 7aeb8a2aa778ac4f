# kernel self test: MADV_UNMERGEABLE leaves no frame mapped twice
proc p1
p1 mmap a 2M
p1 madvise a nohugepage
p1 write a fill=0xcf
p1 madvise a mergeable
ksmd scan 2
observe merged
expect ksm.pages_shared 2
expect ksm.pages_sharing 510
p1 madvise a unmergeable
observe unmerged
ksmd scan 1
observe counters follow
