# kernel self test: pairs of pages, each pair with contents of its own
proc p1
p1 mmap a 400K
p1 mmap b 400K
p1 write a seed=5
p1 write b seed=5
p1 madvise a mergeable
p1 madvise b mergeable
ksmd scan 2
observe merged
expect ksm.pages_shared 100
p1 write a
observe written
expect vmstat.cow_ksm 100
ksmd scan 2
observe later
