proc p1
sys transparent_hugepage/use_zero_page 0
sys ksm/max_page_sharing 3
p1 mmap r0 4M off=4K
p1 write r0[549..806] idx
p1 write r0[324..389]
p1 read r0[158..162:2]
p1 madvise r0[25..282:2] pageout
p1 write r0[71..136:3]
p1 read r0[571..580]
p1 write r0[857..859] byte=1
p1 read r0
khugepaged scan 1
p1 munlock r0
p1 write r0[0..512] byte=1
observe end
