proc p1
swap on 64M
memfd m 2M
p1 mmap a 2M shared memfd=m
p1 write a[0..64] idx
p1 read a[64..80]
observe before
p1 madvise a pageout
observe out
p1 madvise a pageout
observe out2
p1 read a[3]
observe r3
p1 write a[8]
observe w8
p1 check a idx
observe all
p1 madvise a[0..64] pageout
p1 madvise a[0..64] pageout
p1 fallocate m punch 0 64K
observe punched
swap off
observe off
p1 check a idx
observe end
# The recorded answer leaves out what was not of this script: mthp counts of other processes,
# and one hugetlb page that the recording machine kept promised to nobody.
