# referenced needs one page only, unless some are swapped
proc p1
swap on 64M
p1 mmap a 4M
p1 write a seed=1
p1 madvise a hugepage
p1 madvise a cold
p1 read a[0]
p1 read a[600..855]
p1 madvise a[512] pageout
khugepaged scan
observe
p1 read a[855..860]
khugepaged scan
observe more
