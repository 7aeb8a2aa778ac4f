# khugepaged self test, collapse_full of a read-only file: four huge pages, by khugepaged and by MADV_COLLAPSE
machine read_only_thp_for_fs fs=btrfs
proc p1
file f 8M ro
p1 mmap a 8M file=f prot=r
p1 madvise a populate_read
observe before
expect p1.a.FilePmdMapped 0
p1 madvise a hugepage
khugepaged scan
p1 read a
observe khugepaged
expect p1.a.FilePmdMapped 8192
p1 check a idx index=1
expect differ 0
file g 8M ro
p1 mmap b 8M file=g prot=r
p1 madvise b populate_read
sys transparent_hugepage/enabled never
p1 madvise b hugepage
p1 madvise b collapse
expect ok
observe madvise
expect p1.b.FilePmdMapped 8192
p1 check b idx index=1
expect differ 0
