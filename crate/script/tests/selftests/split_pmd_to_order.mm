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
p1 mmap a2 8M
p1 madvise a2 hugepage
p1 write a2 seed=3
p1 split a2 order=2
observe order 2
expect p1.a2.AnonHugePages 0
expect p1.a2.classes 2*2048
p1 check a2 seed=3
expect differ 0
p1 munmap a2
p1 mmap a3 8M
p1 madvise a3 hugepage
p1 write a3 seed=4
p1 split a3 order=3
observe order 3
expect p1.a3.AnonHugePages 0
expect p1.a3.classes 3*2048
p1 check a3 seed=4
expect differ 0
p1 munmap a3
p1 mmap a4 8M
p1 madvise a4 hugepage
p1 write a4 seed=5
p1 split a4 order=4
observe order 4
expect p1.a4.AnonHugePages 0
expect p1.a4.classes 4*2048
p1 check a4 seed=5
expect differ 0
p1 munmap a4
p1 mmap a5 8M
p1 madvise a5 hugepage
p1 write a5 seed=6
p1 split a5 order=5
observe order 5
expect p1.a5.AnonHugePages 0
expect p1.a5.classes 5*2048
p1 check a5 seed=6
expect differ 0
p1 munmap a5
p1 mmap a6 8M
p1 madvise a6 hugepage
p1 write a6 seed=7
p1 split a6 order=6
observe order 6
expect p1.a6.AnonHugePages 0
expect p1.a6.classes 6*2048
p1 check a6 seed=7
expect differ 0
p1 munmap a6
p1 mmap a7 8M
p1 madvise a7 hugepage
p1 write a7 seed=8
p1 split a7 order=7
observe order 7
expect p1.a7.AnonHugePages 0
expect p1.a7.classes 7*2048
p1 check a7 seed=8
expect differ 0
p1 munmap a7
p1 mmap a8 8M
p1 madvise a8 hugepage
p1 write a8 seed=9
p1 split a8 order=8
observe order 8
expect p1.a8.AnonHugePages 0
expect p1.a8.classes 8*2048
p1 check a8 seed=9
expect differ 0
p1 munmap a8
