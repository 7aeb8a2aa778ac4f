# pages of 16 KiB, 65 swapped
proc p1
sys transparent_hugepage/use_zero_page 0
sys transparent_hugepage/defrag always
swap on 64M
sys transparent_hugepage/hugepages-2048kB/enabled never
sys transparent_hugepage/hugepages-16kB/enabled madvise
p1 mmap a 2M
p1 madvise a hugepage
p1 write a seed=1
p1 madvise a[0..65] pageout
sys transparent_hugepage/hugepages-2048kB/enabled inherit
observe before
p1 madvise a hugepage
khugepaged scan
observe scanned
