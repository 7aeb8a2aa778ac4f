# split_huge_page self test: four huge pages to each order anonymous memory can have
machine
proc p1
p1 mmap a0 8M
p1 madvise a0 hugepage
p1 write a0 seed=1
p1 split a0 order=0
observe order 0
expect p1.a0.AnonHugePages 0
expect p1.a0.classes a*2048
p1 check a0 seed=1
expect differ 0
p1 munmap a0
for o in 2..9
p1 mmap a$o 8M
p1 madvise a$o hugepage
p1 write a$o seed=$o
p1 split a$o order=$o
observe order $o
expect p1.a$o.AnonHugePages 0
expect p1.a$o.classes $o*2048
p1 check a$o seed=$o
expect differ 0
p1 munmap a$o
end
