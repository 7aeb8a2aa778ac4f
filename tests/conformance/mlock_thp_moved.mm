# a locked huge page whose mapping is split stays locked; parts of it that go count one unlocking each
proc p1
p1 mmap a 2M
p1 madvise a hugepage
p1 mlock a
observe locked
p1 mremap a[28..284] to b
observe moved
p1 munlock b[0..16]
observe unlocked
p1 mmap c 2M
p1 madvise c hugepage
p1 mlock c
p1 mremap c[188..512] to d dontunmap
observe dontunmap
p1 madvise c[0..4] dontneed
p1 munmap d[0..16]
observe cut
p1 mmap e 2M
p1 madvise e hugepage
p1 mlock e
p1 mprotect e[0..100] r
observe protected
p1 munlock e[100..200]
observe part
