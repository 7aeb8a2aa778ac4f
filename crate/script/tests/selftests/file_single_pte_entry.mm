# khugepaged self test, collapse_single_pte_entry of a read-only file: one page of 512 was read
machine read_only_thp_for_fs fs=btrfs
proc p1
sys transparent_hugepage/khugepaged/max_ptes_none 511
file f 2M ro
p1 mmap a 2M file=f prot=r
p1 madvise a[0] populate_read
p1 madvise a hugepage
khugepaged scan
p1 read a
observe khugepaged
expect p1.a.FilePmdMapped 2048
file g 2M ro
p1 mmap b 2M file=g prot=r
p1 madvise b[0] populate_read
p1 madvise b hugepage
p1 madvise b collapse
expect ok
observe madvise
expect p1.b.FilePmdMapped 2048
p1 check b idx index=1
expect differ 0
