# swapped and read ahead: what is in the cache
proc p1
swap on 64M
p1 mmap a 2M
p1 write a seed=1
p1 madvise a hugepage
p1 madvise a[0..64] pageout
p1 madvise a[0..32] willneed
observe cached
khugepaged scan
observe collapsed
p1 check a seed=1
