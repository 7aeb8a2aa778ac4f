proc p1
sys transparent_hugepage/khugepaged/max_ptes_none 0
sys transparent_hugepage/hugepages-32kB/enabled inherit
sys transparent_hugepage/hugepages-2048kB/enabled madvise
swap on 64M
p1 mmap r0 2M off=1024K prot=none populate
p1 madvise r0 willneed
p1 mmap r1 64K at=r0[254..270]
p1 write r1 zero
p1 mremap r1 4K
p1 read r1[10..14]
p1 madvise r1[11..16:2] pageout
p1 write r0[289..293] byte=1
p1 write r1[11..16] zero
p1 mmap r2 2M after=r0
p1 write r1[12..16:3]
p1 madvise r1 keeponfork
p1 madvise r0 mergeable
p1 read r2[247]
p1 mprotect r0[0..512] rw
p1 read r1
p1 read r2[0..512]
p1 madvise r1[4..16:2] free
p1 mlock r0[338..340] onfault
p1 madvise r0[428] normal
p1 mremap r2 to r3
p1 write r3 idx
observe end
