# tmpfs 114: a page of a memory file is clean until it is written
proc p1
memfd m 64K
p1 mmap a 64K shared memfd=m
p1 read a[2]
observe read
p1 write a[2]
observe written
p1 mmap b 64K memfd=m
p1 read b
p1 write b[2]
p1 write b[5]
observe private
p1 truncate m 0
observe cut
p1 read a[2]
p1 read b[2]
# The recorded answer leaves out what was not of this script: mthp counts of other processes,
# and one hugetlb page that the recording machine kept promised to nobody.
