proc p1
sys transparent_hugepage/use_zero_page 0
p1 mmap r0 3M populate
p1 read r0[449..453]
p1 write r0[0..512] seed=2
p1 read r0[702]
p1 mprotect r0 none
p1 write r0[392..457:2]
observe
p1 mmap r1 4M populate
p1 madvise r0 wipeonfork
p1 write r1 fill=3
p1 write r1[546..555] fill=2
p1 write r1[123..125]
p1 munlock r0
p1 madvise r1[0..512] guard_remove
observe end
