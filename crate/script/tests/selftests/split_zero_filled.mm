# split_huge_page self test: huge pages of zeros become entries of the zero page
machine
proc p1
p1 mmap a 8M
p1 madvise a hugepage
p1 write a zero
observe huge
expect p1.a.AnonHugePages 8192
p1 split a
observe split
expect p1.a.AnonHugePages 0
expect p1.a.Rss 0
expect p1.a.classes z*2048
p1 check a zero
expect differ 0
