# kernel self test: unmerging goes over discarded pages
proc p1
p1 mmap a 2M
p1 madvise a nohugepage
p1 write a fill=0xcf
p1 madvise a mergeable
ksmd scan 2
p1 madvise a[0..256] dontneed
observe discarded
p1 madvise a unmergeable
observe unmerged
ksmd scan 1
observe later
