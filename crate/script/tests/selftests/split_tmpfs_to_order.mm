# split_huge_page self test: a huge page of a tmpfs to each order files can have
machine
proc p1
mount t huge=always
file t0 0 mount=t
p1 pwrite t0 0 2M seed=1
p1 mmap a0 2M shared memfd=t0
p1 read a0
p1 split a0 order=0
p1 read a0
observe order 0
expect p1.a0.ShmemPmdMapped 0
expect p1.a0.classes m*512
p1 check a0 seed=1
expect differ 0
for o in 1..9
file t$o 0 mount=t
p1 pwrite t$o 0 2M seed=$o
p1 mmap a$o 2M shared memfd=t$o
p1 read a$o
p1 split a$o order=$o
p1 read a$o
observe order $o
expect p1.a$o.ShmemPmdMapped 0
expect p1.a$o.classes m$o*512
p1 check a$o seed=$o
expect differ 0
end
