# split_huge_page self test: huge pages of a file around a page, the rest as large as it can be
machine fs=xfs
proc p1
file f0x0 4M
p1 mmap a0x0 4M shared file=f0x0
p1 madvise a0x0 hugepage
p1 read a0x0
p1 split a0x0[0] order=0 offset=0
p1 split a0x0[512] order=0 offset=0
p1 read a0x0
observe order 0 at 0
expect p1.a0x0.FilePmdMapped 0
expect p1.a0x0.classes f*2 f1*2 f2*4 f3*8 f4*16 f5*32 f6*64 f7*128 f8*256 f*2 f1*2 f2*4 f3*8 f4*16 f5*32 f6*64 f7*128 f8*256
p1 check a0x0 idx index=1
expect differ 0
file f0x128 4M
p1 mmap a0x128 4M shared file=f0x128
p1 madvise a0x128 hugepage
p1 read a0x128
p1 split a0x128[0] order=0 offset=128
p1 split a0x128[512] order=0 offset=128
p1 read a0x128
observe order 0 at 128
expect p1.a0x128.FilePmdMapped 0
expect p1.a0x128.classes f7*128 f*2 f1*2 f2*4 f3*8 f4*16 f5*32 f6*64 f8*256 f7*128 f*2 f1*2 f2*4 f3*8 f4*16 f5*32 f6*64 f8*256
p1 check a0x128 idx index=1
expect differ 0
file f0x256 4M
p1 mmap a0x256 4M shared file=f0x256
p1 madvise a0x256 hugepage
p1 read a0x256
p1 split a0x256[0] order=0 offset=256
p1 split a0x256[512] order=0 offset=256
p1 read a0x256
observe order 0 at 256
expect p1.a0x256.FilePmdMapped 0
expect p1.a0x256.classes f8*256 f*2 f1*2 f2*4 f3*8 f4*16 f5*32 f6*64 f7*128 f8*256 f*2 f1*2 f2*4 f3*8 f4*16 f5*32 f6*64 f7*128
p1 check a0x256 idx index=1
expect differ 0
file f0x384 4M
p1 mmap a0x384 4M shared file=f0x384
p1 madvise a0x384 hugepage
p1 read a0x384
p1 split a0x384[0] order=0 offset=384
p1 split a0x384[512] order=0 offset=384
p1 read a0x384
observe order 0 at 384
expect p1.a0x384.FilePmdMapped 0
expect p1.a0x384.classes f8*256 f7*128 f*2 f1*2 f2*4 f3*8 f4*16 f5*32 f6*64 f8*256 f7*128 f*2 f1*2 f2*4 f3*8 f4*16 f5*32 f6*64
p1 check a0x384 idx index=1
expect differ 0
file f1x0 4M
p1 mmap a1x0 4M shared file=f1x0
p1 madvise a1x0 hugepage
p1 read a1x0
p1 split a1x0[0] order=1 offset=0
p1 split a1x0[512] order=1 offset=0
p1 read a1x0
observe order 1 at 0
expect p1.a1x0.FilePmdMapped 0
expect p1.a1x0.classes f1*4 f2*4 f3*8 f4*16 f5*32 f6*64 f7*128 f8*256 f1*4 f2*4 f3*8 f4*16 f5*32 f6*64 f7*128 f8*256
p1 check a1x0 idx index=1
expect differ 0
file f1x128 4M
p1 mmap a1x128 4M shared file=f1x128
p1 madvise a1x128 hugepage
p1 read a1x128
p1 split a1x128[0] order=1 offset=128
p1 split a1x128[512] order=1 offset=128
p1 read a1x128
observe order 1 at 128
expect p1.a1x128.FilePmdMapped 0
expect p1.a1x128.classes f7*128 f1*4 f2*4 f3*8 f4*16 f5*32 f6*64 f8*256 f7*128 f1*4 f2*4 f3*8 f4*16 f5*32 f6*64 f8*256
p1 check a1x128 idx index=1
expect differ 0
file f1x256 4M
p1 mmap a1x256 4M shared file=f1x256
p1 madvise a1x256 hugepage
p1 read a1x256
p1 split a1x256[0] order=1 offset=256
p1 split a1x256[512] order=1 offset=256
p1 read a1x256
observe order 1 at 256
expect p1.a1x256.FilePmdMapped 0
expect p1.a1x256.classes f8*256 f1*4 f2*4 f3*8 f4*16 f5*32 f6*64 f7*128 f8*256 f1*4 f2*4 f3*8 f4*16 f5*32 f6*64 f7*128
p1 check a1x256 idx index=1
expect differ 0
file f1x384 4M
p1 mmap a1x384 4M shared file=f1x384
p1 madvise a1x384 hugepage
p1 read a1x384
p1 split a1x384[0] order=1 offset=384
p1 split a1x384[512] order=1 offset=384
p1 read a1x384
observe order 1 at 384
expect p1.a1x384.FilePmdMapped 0
expect p1.a1x384.classes f8*256 f7*128 f1*4 f2*4 f3*8 f4*16 f5*32 f6*64 f8*256 f7*128 f1*4 f2*4 f3*8 f4*16 f5*32 f6*64
p1 check a1x384 idx index=1
expect differ 0
file f2x0 4M
p1 mmap a2x0 4M shared file=f2x0
p1 madvise a2x0 hugepage
p1 read a2x0
p1 split a2x0[0] order=2 offset=0
p1 split a2x0[512] order=2 offset=0
p1 read a2x0
observe order 2 at 0
expect p1.a2x0.FilePmdMapped 0
expect p1.a2x0.classes f2*8 f3*8 f4*16 f5*32 f6*64 f7*128 f8*256 f2*8 f3*8 f4*16 f5*32 f6*64 f7*128 f8*256
p1 check a2x0 idx index=1
expect differ 0
file f2x128 4M
p1 mmap a2x128 4M shared file=f2x128
p1 madvise a2x128 hugepage
p1 read a2x128
p1 split a2x128[0] order=2 offset=128
p1 split a2x128[512] order=2 offset=128
p1 read a2x128
observe order 2 at 128
expect p1.a2x128.FilePmdMapped 0
expect p1.a2x128.classes f7*128 f2*8 f3*8 f4*16 f5*32 f6*64 f8*256 f7*128 f2*8 f3*8 f4*16 f5*32 f6*64 f8*256
p1 check a2x128 idx index=1
expect differ 0
file f2x256 4M
p1 mmap a2x256 4M shared file=f2x256
p1 madvise a2x256 hugepage
p1 read a2x256
p1 split a2x256[0] order=2 offset=256
p1 split a2x256[512] order=2 offset=256
p1 read a2x256
observe order 2 at 256
expect p1.a2x256.FilePmdMapped 0
expect p1.a2x256.classes f8*256 f2*8 f3*8 f4*16 f5*32 f6*64 f7*128 f8*256 f2*8 f3*8 f4*16 f5*32 f6*64 f7*128
p1 check a2x256 idx index=1
expect differ 0
file f2x384 4M
p1 mmap a2x384 4M shared file=f2x384
p1 madvise a2x384 hugepage
p1 read a2x384
p1 split a2x384[0] order=2 offset=384
p1 split a2x384[512] order=2 offset=384
p1 read a2x384
observe order 2 at 384
expect p1.a2x384.FilePmdMapped 0
expect p1.a2x384.classes f8*256 f7*128 f2*8 f3*8 f4*16 f5*32 f6*64 f8*256 f7*128 f2*8 f3*8 f4*16 f5*32 f6*64
p1 check a2x384 idx index=1
expect differ 0
file f3x0 4M
p1 mmap a3x0 4M shared file=f3x0
p1 madvise a3x0 hugepage
p1 read a3x0
p1 split a3x0[0] order=3 offset=0
p1 split a3x0[512] order=3 offset=0
p1 read a3x0
observe order 3 at 0
expect p1.a3x0.FilePmdMapped 0
expect p1.a3x0.classes f3*16 f4*16 f5*32 f6*64 f7*128 f8*256 f3*16 f4*16 f5*32 f6*64 f7*128 f8*256
p1 check a3x0 idx index=1
expect differ 0
file f3x128 4M
p1 mmap a3x128 4M shared file=f3x128
p1 madvise a3x128 hugepage
p1 read a3x128
p1 split a3x128[0] order=3 offset=128
p1 split a3x128[512] order=3 offset=128
p1 read a3x128
observe order 3 at 128
expect p1.a3x128.FilePmdMapped 0
expect p1.a3x128.classes f7*128 f3*16 f4*16 f5*32 f6*64 f8*256 f7*128 f3*16 f4*16 f5*32 f6*64 f8*256
p1 check a3x128 idx index=1
expect differ 0
file f3x256 4M
p1 mmap a3x256 4M shared file=f3x256
p1 madvise a3x256 hugepage
p1 read a3x256
p1 split a3x256[0] order=3 offset=256
p1 split a3x256[512] order=3 offset=256
p1 read a3x256
observe order 3 at 256
expect p1.a3x256.FilePmdMapped 0
expect p1.a3x256.classes f8*256 f3*16 f4*16 f5*32 f6*64 f7*128 f8*256 f3*16 f4*16 f5*32 f6*64 f7*128
p1 check a3x256 idx index=1
expect differ 0
file f3x384 4M
p1 mmap a3x384 4M shared file=f3x384
p1 madvise a3x384 hugepage
p1 read a3x384
p1 split a3x384[0] order=3 offset=384
p1 split a3x384[512] order=3 offset=384
p1 read a3x384
observe order 3 at 384
expect p1.a3x384.FilePmdMapped 0
expect p1.a3x384.classes f8*256 f7*128 f3*16 f4*16 f5*32 f6*64 f8*256 f7*128 f3*16 f4*16 f5*32 f6*64
p1 check a3x384 idx index=1
expect differ 0
file f4x0 4M
p1 mmap a4x0 4M shared file=f4x0
p1 madvise a4x0 hugepage
p1 read a4x0
p1 split a4x0[0] order=4 offset=0
p1 split a4x0[512] order=4 offset=0
p1 read a4x0
observe order 4 at 0
expect p1.a4x0.FilePmdMapped 0
expect p1.a4x0.classes f4*32 f5*32 f6*64 f7*128 f8*256 f4*32 f5*32 f6*64 f7*128 f8*256
p1 check a4x0 idx index=1
expect differ 0
file f4x128 4M
p1 mmap a4x128 4M shared file=f4x128
p1 madvise a4x128 hugepage
p1 read a4x128
p1 split a4x128[0] order=4 offset=128
p1 split a4x128[512] order=4 offset=128
p1 read a4x128
observe order 4 at 128
expect p1.a4x128.FilePmdMapped 0
expect p1.a4x128.classes f7*128 f4*32 f5*32 f6*64 f8*256 f7*128 f4*32 f5*32 f6*64 f8*256
p1 check a4x128 idx index=1
expect differ 0
file f4x256 4M
p1 mmap a4x256 4M shared file=f4x256
p1 madvise a4x256 hugepage
p1 read a4x256
p1 split a4x256[0] order=4 offset=256
p1 split a4x256[512] order=4 offset=256
p1 read a4x256
observe order 4 at 256
expect p1.a4x256.FilePmdMapped 0
expect p1.a4x256.classes f8*256 f4*32 f5*32 f6*64 f7*128 f8*256 f4*32 f5*32 f6*64 f7*128
p1 check a4x256 idx index=1
expect differ 0
file f4x384 4M
p1 mmap a4x384 4M shared file=f4x384
p1 madvise a4x384 hugepage
p1 read a4x384
p1 split a4x384[0] order=4 offset=384
p1 split a4x384[512] order=4 offset=384
p1 read a4x384
observe order 4 at 384
expect p1.a4x384.FilePmdMapped 0
expect p1.a4x384.classes f8*256 f7*128 f4*32 f5*32 f6*64 f8*256 f7*128 f4*32 f5*32 f6*64
p1 check a4x384 idx index=1
expect differ 0
file f5x0 4M
p1 mmap a5x0 4M shared file=f5x0
p1 madvise a5x0 hugepage
p1 read a5x0
p1 split a5x0[0] order=5 offset=0
p1 split a5x0[512] order=5 offset=0
p1 read a5x0
observe order 5 at 0
expect p1.a5x0.FilePmdMapped 0
expect p1.a5x0.classes f5*64 f6*64 f7*128 f8*256 f5*64 f6*64 f7*128 f8*256
p1 check a5x0 idx index=1
expect differ 0
file f5x128 4M
p1 mmap a5x128 4M shared file=f5x128
p1 madvise a5x128 hugepage
p1 read a5x128
p1 split a5x128[0] order=5 offset=128
p1 split a5x128[512] order=5 offset=128
p1 read a5x128
observe order 5 at 128
expect p1.a5x128.FilePmdMapped 0
expect p1.a5x128.classes f7*128 f5*64 f6*64 f8*256 f7*128 f5*64 f6*64 f8*256
p1 check a5x128 idx index=1
expect differ 0
file f5x256 4M
p1 mmap a5x256 4M shared file=f5x256
p1 madvise a5x256 hugepage
p1 read a5x256
p1 split a5x256[0] order=5 offset=256
p1 split a5x256[512] order=5 offset=256
p1 read a5x256
observe order 5 at 256
expect p1.a5x256.FilePmdMapped 0
expect p1.a5x256.classes f8*256 f5*64 f6*64 f7*128 f8*256 f5*64 f6*64 f7*128
p1 check a5x256 idx index=1
expect differ 0
file f5x384 4M
p1 mmap a5x384 4M shared file=f5x384
p1 madvise a5x384 hugepage
p1 read a5x384
p1 split a5x384[0] order=5 offset=384
p1 split a5x384[512] order=5 offset=384
p1 read a5x384
observe order 5 at 384
expect p1.a5x384.FilePmdMapped 0
expect p1.a5x384.classes f8*256 f7*128 f5*64 f6*64 f8*256 f7*128 f5*64 f6*64
p1 check a5x384 idx index=1
expect differ 0
file f6x0 4M
p1 mmap a6x0 4M shared file=f6x0
p1 madvise a6x0 hugepage
p1 read a6x0
p1 split a6x0[0] order=6 offset=0
p1 split a6x0[512] order=6 offset=0
p1 read a6x0
observe order 6 at 0
expect p1.a6x0.FilePmdMapped 0
expect p1.a6x0.classes f6*128 f7*128 f8*256 f6*128 f7*128 f8*256
p1 check a6x0 idx index=1
expect differ 0
file f6x128 4M
p1 mmap a6x128 4M shared file=f6x128
p1 madvise a6x128 hugepage
p1 read a6x128
p1 split a6x128[0] order=6 offset=128
p1 split a6x128[512] order=6 offset=128
p1 read a6x128
observe order 6 at 128
expect p1.a6x128.FilePmdMapped 0
expect p1.a6x128.classes f7*128 f6*128 f8*256 f7*128 f6*128 f8*256
p1 check a6x128 idx index=1
expect differ 0
file f6x256 4M
p1 mmap a6x256 4M shared file=f6x256
p1 madvise a6x256 hugepage
p1 read a6x256
p1 split a6x256[0] order=6 offset=256
p1 split a6x256[512] order=6 offset=256
p1 read a6x256
observe order 6 at 256
expect p1.a6x256.FilePmdMapped 0
expect p1.a6x256.classes f8*256 f6*128 f7*128 f8*256 f6*128 f7*128
p1 check a6x256 idx index=1
expect differ 0
file f6x384 4M
p1 mmap a6x384 4M shared file=f6x384
p1 madvise a6x384 hugepage
p1 read a6x384
p1 split a6x384[0] order=6 offset=384
p1 split a6x384[512] order=6 offset=384
p1 read a6x384
observe order 6 at 384
expect p1.a6x384.FilePmdMapped 0
expect p1.a6x384.classes f8*256 f7*128 f6*128 f8*256 f7*128 f6*128
p1 check a6x384 idx index=1
expect differ 0
file f7x0 4M
p1 mmap a7x0 4M shared file=f7x0
p1 madvise a7x0 hugepage
p1 read a7x0
p1 split a7x0[0] order=7 offset=0
p1 split a7x0[512] order=7 offset=0
p1 read a7x0
observe order 7 at 0
expect p1.a7x0.FilePmdMapped 0
expect p1.a7x0.classes f7*256 f8*256 f7*256 f8*256
p1 check a7x0 idx index=1
expect differ 0
file f7x128 4M
p1 mmap a7x128 4M shared file=f7x128
p1 madvise a7x128 hugepage
p1 read a7x128
p1 split a7x128[0] order=7 offset=128
p1 split a7x128[512] order=7 offset=128
p1 read a7x128
observe order 7 at 128
expect p1.a7x128.FilePmdMapped 0
expect p1.a7x128.classes f7*256 f8*256 f7*256 f8*256
p1 check a7x128 idx index=1
expect differ 0
file f7x256 4M
p1 mmap a7x256 4M shared file=f7x256
p1 madvise a7x256 hugepage
p1 read a7x256
p1 split a7x256[0] order=7 offset=256
p1 split a7x256[512] order=7 offset=256
p1 read a7x256
observe order 7 at 256
expect p1.a7x256.FilePmdMapped 0
expect p1.a7x256.classes f8*256 f7*256 f8*256 f7*256
p1 check a7x256 idx index=1
expect differ 0
file f7x384 4M
p1 mmap a7x384 4M shared file=f7x384
p1 madvise a7x384 hugepage
p1 read a7x384
p1 split a7x384[0] order=7 offset=384
p1 split a7x384[512] order=7 offset=384
p1 read a7x384
observe order 7 at 384
expect p1.a7x384.FilePmdMapped 0
expect p1.a7x384.classes f8*256 f7*256 f8*256 f7*256
p1 check a7x384 idx index=1
expect differ 0
file f8x0 4M
p1 mmap a8x0 4M shared file=f8x0
p1 madvise a8x0 hugepage
p1 read a8x0
p1 split a8x0[0] order=8 offset=0
p1 split a8x0[512] order=8 offset=0
p1 read a8x0
observe order 8 at 0
expect p1.a8x0.FilePmdMapped 0
expect p1.a8x0.classes f8*1024
p1 check a8x0 idx index=1
expect differ 0
file f8x256 4M
p1 mmap a8x256 4M shared file=f8x256
p1 madvise a8x256 hugepage
p1 read a8x256
p1 split a8x256[0] order=8 offset=256
p1 split a8x256[512] order=8 offset=256
p1 read a8x256
observe order 8 at 256
expect p1.a8x256.FilePmdMapped 0
expect p1.a8x256.classes f8*1024
p1 check a8x256 idx index=1
expect differ 0
