# split_huge_page self test: huge pages of a file around a page, the rest as large as it can be
machine fs=xfs
proc p1
for o in 0..9
file fa$o 4M
p1 mmap a$o 4M shared file=fa$o
p1 madvise a$o hugepage
p1 read a$o
p1 split a$o[0] order=$o offset=0
p1 split a$o[512] order=$o offset=0
p1 read a$o
file fc$o 4M
p1 mmap c$o 4M shared file=fc$o
p1 madvise c$o hugepage
p1 read c$o
p1 split c$o[0] order=$o offset=256
p1 split c$o[512] order=$o offset=256
p1 read c$o
end
for o in 0..8
file fb$o 4M
p1 mmap b$o 4M shared file=fb$o
p1 madvise b$o hugepage
p1 read b$o
p1 split b$o[0] order=$o offset=128
p1 split b$o[512] order=$o offset=128
p1 read b$o
file fd$o 4M
p1 mmap d$o 4M shared file=fd$o
p1 madvise d$o hugepage
p1 read d$o
p1 split d$o[0] order=$o offset=384
p1 split d$o[512] order=$o offset=384
p1 read d$o
end
observe split
for o in 0..9
expect p1.a$o.FilePmdMapped 0
p1 check a$o idx index=1
expect differ 0
expect p1.c$o.FilePmdMapped 0
p1 check c$o idx index=1
expect differ 0
end
for o in 0..8
expect p1.b$o.FilePmdMapped 0
p1 check b$o idx index=1
expect differ 0
expect p1.d$o.FilePmdMapped 0
p1 check d$o idx index=1
expect differ 0
end
expect p1.a0.classes f*2 f1*2 f2*4 f3*8 f4*16 f5*32 f6*64 f7*128 f8*256 f*2 f1*2 f2*4 f3*8 f4*16 f5*32 f6*64 f7*128 f8*256
expect p1.b0.classes f7*128 f*2 f1*2 f2*4 f3*8 f4*16 f5*32 f6*64 f8*256 f7*128 f*2 f1*2 f2*4 f3*8 f4*16 f5*32 f6*64 f8*256
expect p1.c0.classes f8*256 f*2 f1*2 f2*4 f3*8 f4*16 f5*32 f6*64 f7*128 f8*256 f*2 f1*2 f2*4 f3*8 f4*16 f5*32 f6*64 f7*128
expect p1.d0.classes f8*256 f7*128 f*2 f1*2 f2*4 f3*8 f4*16 f5*32 f6*64 f8*256 f7*128 f*2 f1*2 f2*4 f3*8 f4*16 f5*32 f6*64
expect p1.a1.classes f1*4 f2*4 f3*8 f4*16 f5*32 f6*64 f7*128 f8*256 f1*4 f2*4 f3*8 f4*16 f5*32 f6*64 f7*128 f8*256
expect p1.b1.classes f7*128 f1*4 f2*4 f3*8 f4*16 f5*32 f6*64 f8*256 f7*128 f1*4 f2*4 f3*8 f4*16 f5*32 f6*64 f8*256
expect p1.c1.classes f8*256 f1*4 f2*4 f3*8 f4*16 f5*32 f6*64 f7*128 f8*256 f1*4 f2*4 f3*8 f4*16 f5*32 f6*64 f7*128
expect p1.d1.classes f8*256 f7*128 f1*4 f2*4 f3*8 f4*16 f5*32 f6*64 f8*256 f7*128 f1*4 f2*4 f3*8 f4*16 f5*32 f6*64
expect p1.a2.classes f2*8 f3*8 f4*16 f5*32 f6*64 f7*128 f8*256 f2*8 f3*8 f4*16 f5*32 f6*64 f7*128 f8*256
expect p1.b2.classes f7*128 f2*8 f3*8 f4*16 f5*32 f6*64 f8*256 f7*128 f2*8 f3*8 f4*16 f5*32 f6*64 f8*256
expect p1.c2.classes f8*256 f2*8 f3*8 f4*16 f5*32 f6*64 f7*128 f8*256 f2*8 f3*8 f4*16 f5*32 f6*64 f7*128
expect p1.d2.classes f8*256 f7*128 f2*8 f3*8 f4*16 f5*32 f6*64 f8*256 f7*128 f2*8 f3*8 f4*16 f5*32 f6*64
expect p1.a3.classes f3*16 f4*16 f5*32 f6*64 f7*128 f8*256 f3*16 f4*16 f5*32 f6*64 f7*128 f8*256
expect p1.b3.classes f7*128 f3*16 f4*16 f5*32 f6*64 f8*256 f7*128 f3*16 f4*16 f5*32 f6*64 f8*256
expect p1.c3.classes f8*256 f3*16 f4*16 f5*32 f6*64 f7*128 f8*256 f3*16 f4*16 f5*32 f6*64 f7*128
expect p1.d3.classes f8*256 f7*128 f3*16 f4*16 f5*32 f6*64 f8*256 f7*128 f3*16 f4*16 f5*32 f6*64
expect p1.a4.classes f4*32 f5*32 f6*64 f7*128 f8*256 f4*32 f5*32 f6*64 f7*128 f8*256
expect p1.b4.classes f7*128 f4*32 f5*32 f6*64 f8*256 f7*128 f4*32 f5*32 f6*64 f8*256
expect p1.c4.classes f8*256 f4*32 f5*32 f6*64 f7*128 f8*256 f4*32 f5*32 f6*64 f7*128
expect p1.d4.classes f8*256 f7*128 f4*32 f5*32 f6*64 f8*256 f7*128 f4*32 f5*32 f6*64
expect p1.a5.classes f5*64 f6*64 f7*128 f8*256 f5*64 f6*64 f7*128 f8*256
expect p1.b5.classes f7*128 f5*64 f6*64 f8*256 f7*128 f5*64 f6*64 f8*256
expect p1.c5.classes f8*256 f5*64 f6*64 f7*128 f8*256 f5*64 f6*64 f7*128
expect p1.d5.classes f8*256 f7*128 f5*64 f6*64 f8*256 f7*128 f5*64 f6*64
expect p1.a6.classes f6*128 f7*128 f8*256 f6*128 f7*128 f8*256
expect p1.b6.classes f7*128 f6*128 f8*256 f7*128 f6*128 f8*256
expect p1.c6.classes f8*256 f6*128 f7*128 f8*256 f6*128 f7*128
expect p1.d6.classes f8*256 f7*128 f6*128 f8*256 f7*128 f6*128
expect p1.a7.classes f7*256 f8*256 f7*256 f8*256
expect p1.b7.classes f7*256 f8*256 f7*256 f8*256
expect p1.c7.classes f8*256 f7*256 f8*256 f7*256
expect p1.d7.classes f8*256 f7*256 f8*256 f7*256
expect p1.a8.classes f8*1024
expect p1.c8.classes f8*1024
