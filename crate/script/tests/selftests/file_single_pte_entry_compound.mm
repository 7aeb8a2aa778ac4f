# khugepaged self test, collapse_single_pte_entry_compound of a read-only file: all of a huge page but one page was discarded
machine read_only_thp_for_fs fs=btrfs
proc p1
file f 2M ro
p1 mmap a 2M file=f prot=r
p1 madvise a populate_read
p1 madvise a collapse
observe huge
expect p1.a.FilePmdMapped 2048
p1 madvise a nohugepage
p1 madvise a[1..512] dontneed
observe left
expect p1.a.FilePmdMapped 0
p1 madvise a hugepage
p1 madvise a collapse
expect ok
observe madvise
expect p1.a.FilePmdMapped 2048
p1 check a idx index=1
expect differ 0
p1 madvise a nohugepage
p1 madvise a[1..512] dontneed
p1 madvise a hugepage
khugepaged scan
p1 read a
observe khugepaged
expect p1.a.FilePmdMapped 2048
