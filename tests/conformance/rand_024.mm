proc p1
sys transparent_hugepage/use_zero_page 0
sys transparent_hugepage/hugepages-16kB/enabled always
p1 mmap r0 3M
p1 madvise r0 collapse
ksmd scan 1
p1 write r0[366..370] fill=2
p1 fork p2
khugepaged wake 1
p1 write r0[250..768] byte=1
p1 prctl thp_disable 1
p1 mprotect r0 r
p1 write r0[178]
p1 write r0 zero
p1 write r0[77..79:3] byte=1
p2 mmap r1 3M
ksmd scan 1
observe
ksmd scan 1
p1 write r0
p2 prctl thp_disable 1
observe
p2 fork p3
p3 write r0 fill=2
observe end
