# nothing was touched
proc p1
sys transparent_hugepage/use_zero_page 0
sys transparent_hugepage/defrag always
p1 mmap a 2M
sys transparent_hugepage/enabled never
p1 madvise a hugepage
p1 madvise a collapse
sys transparent_hugepage/enabled madvise
observe collapsed
expect p1.a.classes .*512
