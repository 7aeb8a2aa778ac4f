proc p1
sys transparent_hugepage/use_zero_page 0
sys transparent_hugepage/defrag always
p1 mmap a 2M
sys transparent_hugepage/enabled always
p1 write a[0]
sys transparent_hugepage/enabled madvise
expect ok
observe huge
expect p1.a.classes T*512
p1 madvise a[0] dontneed
observe split
expect p1.a.classes . t*511
