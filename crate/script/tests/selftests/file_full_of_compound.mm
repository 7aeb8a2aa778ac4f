# khugepaged self test, collapse_full_of_compound of a read-only file: the huge page is there, mapped by 512 entries
machine read_only_thp_for_fs fs=btrfs
proc p1
file f 2M ro
p1 mmap a 2M file=f prot=r
p1 madvise a populate_read
p1 madvise a collapse
p1 madvise a hugepage
p1 madvise a[0] nohugepage
p1 madvise a nohugepage
observe by entries
expect p1.a.FilePmdMapped 0
p1 madvise a hugepage
p1 madvise a collapse
expect ok
observe madvise
expect p1.a.FilePmdMapped 2048
p1 madvise a[0] nohugepage
p1 madvise a nohugepage
p1 madvise a hugepage
khugepaged scan
p1 read a
observe khugepaged
expect p1.a.FilePmdMapped 2048
p1 check a idx index=1
expect differ 0
