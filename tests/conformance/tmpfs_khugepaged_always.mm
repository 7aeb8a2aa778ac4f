proc p1
mount t huge=always size=64M
file f 0 mount=t
p1 pwrite f 0K 4096K idx index=1
observe written
p1 mmap a 4M shared file=f
p1 madvise a hugepage
p1 read a[0..512:16]
khugepaged scan
observe scanned
p1 read a
p1 madvise a hugepage
khugepaged scan 2
observe twice
# Recorded on a file of a tmpfs mounted with huge=always; what makes that file here, mount, file and pwrite, is not.
