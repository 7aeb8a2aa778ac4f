# populating a page in the middle of a huge page that is there already
proc p1
sys transparent_hugepage/shmem_enabled always
memfd m 2M
p1 mmap a 2M shared memfd=m
p1 read a[0]
p1 madvise a[7..9] populate_write
observe shared
p1 mmap b 2M
p1 madvise b hugepage
p1 write b seed=1
p1 madvise b free
p1 madvise b[300] populate_write
observe lazyfree
p1 check b seed=1
p1 munmap b[0..300]
observe half
