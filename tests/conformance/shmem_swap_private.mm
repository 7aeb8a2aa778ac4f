proc p1
swap on 64M
memfd m 1M
p1 mmap a 1M shared memfd=m
p1 mmap b 1M memfd=m
p1 write a seed=3
p1 write b[0..16]
observe o0
p1 madvise b pageout
p1 madvise b pageout
observe o1
p1 madvise a pageout
p1 madvise a pageout
observe o2
p1 read b
observe o3
p1 truncate m 64K
observe o4
p1 truncate m 1M
p1 check a seed=3
p1 mlock a[0..4]
p1 madvise a[4..16] pageout
p1 madvise a[4..16] pageout
p1 munmap b
p1 munmap a
observe end
# The recorded answer leaves out what was not of this script: mthp counts of other processes,
# and one hugetlb page that the recording machine kept promised to nobody.
