# locked pages stay; a locked range brings its pages back
proc p1
swap on 64M
p1 mmap a 256K shared
p1 write a seed=2
p1 madvise a pageout
p1 mlock a[0..32]
observe locked
p1 madvise a pageout
p1 munlock a
p1 madvise a pageout
observe out
p1 madvise a[0..8] populate_read
p1 madvise a[8..16] populate_write
observe end
# The recorded answer leaves out what was not of this script: mthp counts of other processes,
# and one hugetlb page that the recording machine kept promised to nobody.
