# shared memory, one page
proc p1
sys transparent_hugepage/use_zero_page 0
sys transparent_hugepage/defrag always
sys transparent_hugepage/shmem_enabled advise
memfd m 2M
p1 mmap a 2M shared memfd=m
p1 write a[0] seed=1
sys transparent_hugepage/enabled never
p1 madvise a hugepage
p1 madvise a collapse
sys transparent_hugepage/enabled madvise
observe collapsed
p1 read a
p1 check a[0] seed=1
observe faulted
