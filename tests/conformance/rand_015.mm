proc p1
sys transparent_hugepage/enabled madvise
sys transparent_hugepage/use_zero_page 0
p1 mmap r0 4M
p1 mprotect r0[44..109] rw
p1 fork p2
observe
p1 write r0
p2 write r0[498..502] seed=0
p2 write r0 seed=0
p1 read r0
ksmd scan 1
p1 madvise r0 free
p1 munlock r0[603..668]
p2 write r0 idx
ksmd scan 1
p1 madvise r0[529..531] collapse
observe
p1 mmap r1 3M
p2 madvise r0[583..587] dontneed
observe
observe end
