# split_huge_page self test: huge pages of a file on disk to each order, through their first pages
machine fs=xfs
proc p1
file f0 4M
p1 mmap a0 4M shared file=f0
p1 madvise a0 hugepage
p1 read a0
observe huge 0
expect p1.a0.FilePmdMapped 4096
p1 split a0[0] order=0
p1 split a0[512] order=0
p1 read a0
observe order 0
expect p1.a0.FilePmdMapped 0
expect p1.a0.classes f*1024
p1 check a0 idx index=1
expect differ 0
for o in 1..9
file f$o 4M
p1 mmap a$o 4M shared file=f$o
p1 madvise a$o hugepage
p1 read a$o
observe huge $o
expect p1.a$o.FilePmdMapped 4096
p1 split a$o[0] order=$o
p1 split a$o[512] order=$o
p1 read a$o
observe order $o
expect p1.a$o.FilePmdMapped 0
expect p1.a$o.classes f$o*1024
p1 check a$o idx index=1
expect differ 0
end
