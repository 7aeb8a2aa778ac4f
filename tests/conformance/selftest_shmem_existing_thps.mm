# MADV_COLLAPSE of shared memory that is huge already
proc p1
sys transparent_hugepage/shmem_enabled advise
memfd m 2M
p1 mmap a 2M shared memfd=m
p1 write a seed=1
sys transparent_hugepage/enabled never
sys transparent_hugepage/shmem_enabled never
p1 madvise a hugepage
p1 madvise a collapse
observe first
p1 madvise a collapse
observe second
p1 check a seed=1
