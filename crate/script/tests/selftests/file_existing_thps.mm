# khugepaged self test, collapse_existing_thps of a read-only file: the second MADV_COLLAPSE finds everything done
machine read_only_thp_for_fs fs=btrfs
proc p1
file f 2M ro
p1 mmap a 2M file=f prot=r
p1 madvise a populate_read
p1 madvise a collapse
expect ok
p1 madvise a collapse
expect ok
observe end
expect p1.a.FilePmdMapped 2048
p1 check a idx index=1
expect differ 0
