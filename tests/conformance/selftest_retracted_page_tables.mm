# khugepaged leaves the table away, MADV_COLLAPSE maps the huge page
proc p1
sys transparent_hugepage/use_zero_page 0
sys transparent_hugepage/defrag always
sys transparent_hugepage/shmem_enabled advise
memfd m 2M
p1 mmap a 2M shared memfd=m
p1 write a seed=1
p1 madvise a hugepage
p1 madvise a hugepage
khugepaged scan
observe retracted
p1 madvise a collapse
expect ok
observe mapped
expect p1.a.classes M*512
