# khugepaged self test, madvise_retracted_page_tables of a read-only file: khugepaged leaves the PMD empty, MADV_COLLAPSE fills it
machine read_only_thp_for_fs fs=btrfs
proc p1
file f 2M ro
p1 mmap a 2M file=f prot=r
p1 madvise a populate_read
p1 madvise a hugepage
khugepaged scan
observe retracted
expect p1.a.Rss 0
p1 madvise a collapse
expect ok
observe mapped
expect p1.a.FilePmdMapped 2048
