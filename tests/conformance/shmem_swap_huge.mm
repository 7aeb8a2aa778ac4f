proc p1
swap on 64M
sys transparent_hugepage/shmem_enabled always
p1 mmap a 4M shared
p1 write a idx
observe before
p1 madvise a pageout
observe out
p1 madvise a[0..512] pageout
observe out2
p1 read a[3]
observe r3
p1 madvise a[512..1024] collapse
observe coll
p1 check a idx
observe end
# The recorded answer leaves out what was not of this script: mthp counts of other processes,
# and one hugetlb page that the recording machine kept promised to nobody.
