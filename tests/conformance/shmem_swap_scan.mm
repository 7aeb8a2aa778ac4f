proc p1
swap on 64M
sys transparent_hugepage/shmem_enabled always
sys transparent_hugepage/khugepaged/max_ptes_swap 64
p1 mmap a 4M shared
p1 write a[0..512] idx
p1 madvise a[0..65] pageout
p1 madvise a[0..65] pageout
observe o1
khugepaged scan 1
observe o2
p1 read a[0]
khugepaged scan 1
observe o3
p1 fork p2
p2 read a[5]
p1 read a[5]
p1 madvise a pageout
observe o4
p1 exit
p2 madvise a pageout
observe o5
p2 madvise a willneed
observe o6
p2 check a idx
observe end
# The recorded answer leaves out what was not of this script: mthp counts of other processes,
# and one hugetlb page that the recording machine kept promised to nobody.
