# read-only files have no huge pages where the kernel is built without them for file systems
proc p1
sys transparent_hugepage/enabled never
file f 2M
p1 mmap a 2M file=f prot=r
p1 madvise a populate_read
p1 madvise a hugepage
p1 madvise a collapse
observe madvise
sys transparent_hugepage/enabled always
khugepaged scan
observe scanned
