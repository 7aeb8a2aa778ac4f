# processes are scanned in the order in which they were registered, whoever made them
proc p1
proc p2
proc p3
p3 mmap a 4M
p3 write a seed=1
p3 madvise a hugepage
p1 mmap b 4M
p1 write b seed=2
p1 madvise b hugepage
p2 mmap c 2M
p2 madvise c hugepage
p2 write c[0] seed=3
sys transparent_hugepage/khugepaged/pages_to_scan 512
khugepaged wake 1
observe first
khugepaged wake 1
observe second
p3 fork p4
p4 read a[0..1024:512]
khugepaged wake 2
observe third
p1 exit
khugepaged wake 3
observe fourth
p3 exit
khugepaged wake 4
observe fifth
