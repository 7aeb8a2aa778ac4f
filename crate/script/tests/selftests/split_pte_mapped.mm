# split_huge_page self test: pages of four huge pages moved away, one of each, and the huge pages split through them
machine
proc p1
p1 mmap a 8M
p1 madvise a hugepage
p1 write a seed=3
p1 mremap a[0] to b0
p1 mremap a[513] to b1
p1 mremap a[1026] to b2
p1 mremap a[1539] to b3
observe moved
expect p1.a.AnonHugePages 0
expect p1.b0.classes t*1
p1 split b0
expect p1.b1.classes t*1
p1 split b1
expect p1.b2.classes t*1
p1 split b2
expect p1.b3.classes t*1
p1 split b3
observe split
expect p1.a.classes .*1 a*512 .*1 a*512 .*1 a*512 .*1 a*508
expect p1.b0.classes a*1
p1 check b0 seed=3 index=0
expect differ 0
expect p1.b1.classes a*1
p1 check b1 seed=3 index=513
expect differ 0
expect p1.b2.classes a*1
p1 check b2 seed=3 index=1026
expect differ 0
expect p1.b3.classes a*1
p1 check b3 seed=3 index=1539
expect differ 0
