# khugepaged self test, collapse_full of shared memory in folios of 64 KiB
machine
proc p1
sys transparent_hugepage/shmem_enabled advise
sys transparent_hugepage/hugepages-64kB/shmem_enabled always
memfd m 4M
p1 mmap a 4M shared memfd=m
p1 write a seed=1
observe small
expect p1.a.classes m4*1024
p1 madvise a hugepage
p1 madvise a hugepage
khugepaged scan
p1 read a
observe khugepaged
expect p1.a.ShmemPmdMapped 4096
p1 check a seed=1
expect differ 0
memfd n 4M
p1 mmap b 4M shared memfd=n
p1 write b seed=1
p1 madvise b hugepage
p1 madvise b collapse
expect ok
observe madvise
expect p1.b.ShmemPmdMapped 4096
p1 check b seed=1
expect differ 0
