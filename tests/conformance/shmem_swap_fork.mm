# shared memory in swap belongs to the file, not to who swapped it out
proc p1
swap on 64M
p1 mmap a 256K shared
p1 write a seed=1
p1 fork p2
p1 madvise a[0..16] pageout
observe mapped_once
p2 read a[0..16]
p1 read a[20]
p2 read a[20]
p2 madvise a pageout
observe twice
p1 madvise a dontneed
p2 madvise a pageout
observe dropped
p1 exit
p2 check a seed=1
swap off
observe end
# The recorded answer leaves out what was not of this script: mthp counts of other processes,
# and one hugetlb page that the recording machine kept promised to nobody.
