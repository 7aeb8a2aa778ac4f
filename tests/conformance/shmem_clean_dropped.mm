# pages of shared memory that were only read are dropped, swap or not
proc p1
p1 mmap a 128K shared
p1 read a[0..16]
p1 write a[16..32]
p1 madvise a pageout
observe no_swap
p1 read a
swap on 64M
p1 madvise a pageout
observe swap
p1 read a
observe end
# The recorded answer leaves out what was not of this script: mthp counts of other processes,
# and one hugetlb page that the recording machine kept promised to nobody.
