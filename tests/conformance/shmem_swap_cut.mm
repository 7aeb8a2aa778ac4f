# truncation and holes free what is in swap; growing again reads zeroes
proc p1
swap on 64M
memfd m 512K
p1 mmap a 512K shared memfd=m
p1 write a seed=8
p1 madvise a pageout
observe out
p1 fallocate m punch 64K 64K
observe hole
p1 truncate m 300K
observe cut
p1 truncate m 512K
p1 check a seed=8
observe end
# The recorded answer leaves out what was not of this script: mthp counts of other processes,
# and one hugetlb page that the recording machine kept promised to nobody.
