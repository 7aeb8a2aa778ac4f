# What lies below vvar and vdso cannot grow into them: it moves
sys transparent_hugepage/enabled always
sys transparent_hugepage/hugepages-2048kB/enabled never
sys transparent_hugepage/hugepages-64kB/enabled always
proc p1
p1 mmap a 64K
p1 mmap a1 4K after=a
p1 mremap a 1M maymove
p1 mremap a 1100K maymove
p1 write a zero
p1 mremap a 2M maymove
observe
