proc p1
sys ksm/smart_scan 0
p1 mmap r0 1M prot=rx
p1 madvise r0[170..172] wipeonfork
p1 mmap r1 3M
p1 write r1[43..45] byte=0
p1 write r1[733] idx
vm drop_caches 2
p1 write r0[20] seed=1
observe
p1 madvise r1 cold
p1 write r1[218..768] byte=1
p1 write r1[24] seed=2
observe
p1 mremap r1 64K maymove
observe
