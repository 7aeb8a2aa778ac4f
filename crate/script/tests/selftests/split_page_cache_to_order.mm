# split_huge_page self test: huge pages of a file on disk to each order, through their first pages
machine fs=xfs
proc p1
file f8 4M
p1 mmap a8 4M shared file=f8
p1 madvise a8 hugepage
p1 read a8
observe huge 8
expect p1.a8.FilePmdMapped 4096
p1 split a8[0] order=8
p1 split a8[512] order=8
p1 read a8
observe order 8
expect p1.a8.FilePmdMapped 0
expect p1.a8.classes f8*1024
p1 check a8 idx index=1
expect differ 0
file f7 4M
p1 mmap a7 4M shared file=f7
p1 madvise a7 hugepage
p1 read a7
observe huge 7
expect p1.a7.FilePmdMapped 4096
p1 split a7[0] order=7
p1 split a7[512] order=7
p1 read a7
observe order 7
expect p1.a7.FilePmdMapped 0
expect p1.a7.classes f7*1024
p1 check a7 idx index=1
expect differ 0
file f6 4M
p1 mmap a6 4M shared file=f6
p1 madvise a6 hugepage
p1 read a6
observe huge 6
expect p1.a6.FilePmdMapped 4096
p1 split a6[0] order=6
p1 split a6[512] order=6
p1 read a6
observe order 6
expect p1.a6.FilePmdMapped 0
expect p1.a6.classes f6*1024
p1 check a6 idx index=1
expect differ 0
file f5 4M
p1 mmap a5 4M shared file=f5
p1 madvise a5 hugepage
p1 read a5
observe huge 5
expect p1.a5.FilePmdMapped 4096
p1 split a5[0] order=5
p1 split a5[512] order=5
p1 read a5
observe order 5
expect p1.a5.FilePmdMapped 0
expect p1.a5.classes f5*1024
p1 check a5 idx index=1
expect differ 0
file f4 4M
p1 mmap a4 4M shared file=f4
p1 madvise a4 hugepage
p1 read a4
observe huge 4
expect p1.a4.FilePmdMapped 4096
p1 split a4[0] order=4
p1 split a4[512] order=4
p1 read a4
observe order 4
expect p1.a4.FilePmdMapped 0
expect p1.a4.classes f4*1024
p1 check a4 idx index=1
expect differ 0
file f3 4M
p1 mmap a3 4M shared file=f3
p1 madvise a3 hugepage
p1 read a3
observe huge 3
expect p1.a3.FilePmdMapped 4096
p1 split a3[0] order=3
p1 split a3[512] order=3
p1 read a3
observe order 3
expect p1.a3.FilePmdMapped 0
expect p1.a3.classes f3*1024
p1 check a3 idx index=1
expect differ 0
file f2 4M
p1 mmap a2 4M shared file=f2
p1 madvise a2 hugepage
p1 read a2
observe huge 2
expect p1.a2.FilePmdMapped 4096
p1 split a2[0] order=2
p1 split a2[512] order=2
p1 read a2
observe order 2
expect p1.a2.FilePmdMapped 0
expect p1.a2.classes f2*1024
p1 check a2 idx index=1
expect differ 0
file f1 4M
p1 mmap a1 4M shared file=f1
p1 madvise a1 hugepage
p1 read a1
observe huge 1
expect p1.a1.FilePmdMapped 4096
p1 split a1[0] order=1
p1 split a1[512] order=1
p1 read a1
observe order 1
expect p1.a1.FilePmdMapped 0
expect p1.a1.classes f1*1024
p1 check a1 idx index=1
expect differ 0
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
