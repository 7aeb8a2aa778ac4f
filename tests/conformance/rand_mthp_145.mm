proc p1
sys transparent_hugepage/khugepaged/max_ptes_shared 511
sys ksm/use_zero_pages 1
sys transparent_hugepage/hugepages-64kB/enabled never
sys transparent_hugepage/hugepages-128kB/enabled never
swap on 64M
p1 mmap r0 64K off=4K
p1 mmap r1 1M off=64K
p1 mmap r2 1M
ksmd scan 1
p1 madvise r1[59..256] cold
p1 read r1[78]
p1 write r2[154..163:16]
p1 mremap r0 to r3 after=r1
p1 read r1[65]
p1 mmap r4 64K after=r3 prot=rx
p1 read r4
observe
p1 mprotect r3 none
p1 mmap r5 3M after=r4
p1 mlock r4 onfault
p1 mprotect r4 none
p1 read r1
p1 write r5[125] fill=1
p1 mmap r6 4M off=64K
p1 write r6 zero
p1 read r2[151..155]
p1 mmap r7 3M
p1 mmap r8 1M off=4K prot=rx
p1 mmap r9 4M after=r8
p1 mremap r8 to r10 off=4K
p1 madvise r10[195..199] populate_read
p1 madvise r2[105] guard_remove
p1 mmap r11 2M locked
p1 mprotect r1[204..213] rw
p1 mmap r12 4M
p1 write r11[215..219:16] fill=1
observe end
