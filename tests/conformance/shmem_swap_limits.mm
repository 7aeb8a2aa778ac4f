# entries in swap against the limits: of shared memory each counts one, a large one all its pages
swap on 64M
sys transparent_hugepage/shmem_enabled advise
sys transparent_hugepage/khugepaged/max_ptes_swap 64
proc p1
memfd m 2M
memfd n 2M
p1 mmap a 2M shared memfd=m
p1 write a seed=1
p1 madvise a[0..64] pageout
p1 mmap b 2M shared memfd=n
p1 write b seed=2
p1 madvise b[0..65] pageout
observe out
p1 madvise a hugepage
p1 madvise b hugepage
khugepaged scan
observe scanned
p1 read b[0]
khugepaged scan
observe again
sys transparent_hugepage/khugepaged/max_ptes_swap 0
p1 madvise b[100..103] pageout
khugepaged scan
observe zero
p1 madvise b collapse
observe collapsed
p1 check a seed=1
p1 check b seed=2
