# huge pages that reach behind the end of a memfd are split when the caches are dropped, and what lies behind is freed
proc p1
sys transparent_hugepage/shmem_enabled always
memfd m 3M
p1 mmap a 4M shared memfd=m
p1 read a[0]
p1 write a[600] seed=1
observe huge
vm drop_caches 2
observe shrunk
p1 check a[600] seed=1
p1 read a[767]
p1 read a[768]
observe end
