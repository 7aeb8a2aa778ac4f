proc p1
mount t huge=always size=64M
file f 0 mount=t
p1 pwrite f 0K 4096K idx index=1
observe written
p1 mmap a 4M shared file=f
p1 mmap k 4M shared where=kernel file=f
p1 read a
p1 mremap a[512..1024] to b
p1 write b[3]
p1 mprotect a[0..100] r
observe moved
p1 fork p2
p2 read a[0..200]
p2 write b[4..8]
p1 madvise b remove
observe removed
# Recorded on a file of a tmpfs mounted with huge=always; what makes that file here, mount, file and pwrite, is not.
