# a second MADV_COLLAPSE of what is huge
proc p1
sys transparent_hugepage/use_zero_page 0
sys transparent_hugepage/defrag always
sys transparent_hugepage/shmem_enabled advise
p1 mmap a 2M
p1 write a seed=1
p1 madvise a collapse
p1 madvise a collapse
expect ok
memfd m 2M
p1 mmap b 2M shared memfd=m
p1 write b seed=1
p1 madvise b collapse
p1 madvise b collapse
expect ok
observe
expect p1.a.classes T*512
expect p1.b.classes M*512
