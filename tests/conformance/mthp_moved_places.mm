# Where the kernel itself puts 1 MiB, told by the sizes of folios: below vvar and vdso, not aligned
sys transparent_hugepage/enabled always
sys transparent_hugepage/hugepages-2048kB/enabled never
sys transparent_hugepage/hugepages-64kB/enabled always
sys transparent_hugepage/hugepages-512kB/enabled always
proc p1
p1 mmap a 64K
p1 mmap a1 4K after=a
p1 mremap a 1M maymove
p1 write a zero
observe one
p1 mmap b 64K
p1 mmap b1 4K after=b
p1 mremap b 1M maymove
p1 write b zero
observe two
p1 mmap c 64K
p1 mmap c1 4K after=c
p1 mremap c 1020K maymove
p1 write c zero
observe three
