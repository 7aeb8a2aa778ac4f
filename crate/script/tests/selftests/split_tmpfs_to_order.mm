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
file t1 0 mount=t
p1 pwrite t1 0 2M seed=2
p1 mmap a1 2M shared memfd=t1
p1 read a1
p1 split a1 order=1
p1 read a1
observe order 1
expect p1.a1.ShmemPmdMapped 0
expect p1.a1.classes m1*512
p1 check a1 seed=2
expect differ 0
file t2 0 mount=t
p1 pwrite t2 0 2M seed=3
p1 mmap a2 2M shared memfd=t2
p1 read a2
p1 split a2 order=2
p1 read a2
observe order 2
expect p1.a2.ShmemPmdMapped 0
expect p1.a2.classes m2*512
p1 check a2 seed=3
expect differ 0
file t3 0 mount=t
p1 pwrite t3 0 2M seed=4
p1 mmap a3 2M shared memfd=t3
p1 read a3
p1 split a3 order=3
p1 read a3
observe order 3
expect p1.a3.ShmemPmdMapped 0
expect p1.a3.classes m3*512
p1 check a3 seed=4
expect differ 0
file t4 0 mount=t
p1 pwrite t4 0 2M seed=5
p1 mmap a4 2M shared memfd=t4
p1 read a4
p1 split a4 order=4
p1 read a4
observe order 4
expect p1.a4.ShmemPmdMapped 0
expect p1.a4.classes m4*512
p1 check a4 seed=5
expect differ 0
file t5 0 mount=t
p1 pwrite t5 0 2M seed=6
p1 mmap a5 2M shared memfd=t5
p1 read a5
p1 split a5 order=5
p1 read a5
observe order 5
expect p1.a5.ShmemPmdMapped 0
expect p1.a5.classes m5*512
p1 check a5 seed=6
expect differ 0
file t6 0 mount=t
p1 pwrite t6 0 2M seed=7
p1 mmap a6 2M shared memfd=t6
p1 read a6
p1 split a6 order=6
p1 read a6
observe order 6
expect p1.a6.ShmemPmdMapped 0
expect p1.a6.classes m6*512
p1 check a6 seed=7
expect differ 0
file t7 0 mount=t
p1 pwrite t7 0 2M seed=8
p1 mmap a7 2M shared memfd=t7
p1 read a7
p1 split a7 order=7
p1 read a7
observe order 7
expect p1.a7.ShmemPmdMapped 0
expect p1.a7.classes m7*512
p1 check a7 seed=8
expect differ 0
file t8 0 mount=t
p1 pwrite t8 0 2M seed=9
p1 mmap a8 2M shared memfd=t8
p1 read a8
p1 split a8 order=8
p1 read a8
observe order 8
expect p1.a8.ShmemPmdMapped 0
expect p1.a8.classes m8*512
p1 check a8 seed=9
expect differ 0
