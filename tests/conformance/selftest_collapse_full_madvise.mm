# four huge pages
proc p1
sys transparent_hugepage/use_zero_page 0
sys transparent_hugepage/defrag always
p1 mmap a 8M
p1 write a seed=1
sys transparent_hugepage/enabled never
p1 madvise a hugepage
p1 madvise a collapse
sys transparent_hugepage/enabled madvise
observe collapsed
p1 check a seed=1
expect p1.a.classes T*2048
