proc p1
mount t huge=always size=64M
file f 0 mount=t
p1 pwrite f 0K 3072K idx index=1
observe written
p1 mmap a 4M shared file=f
p1 read a[0..768]
observe mapped
vm drop_caches 2
observe shrunk
p1 read a[700]
p1 fallocate f keep 3M 1M
observe kept
vm drop_caches 2
observe again
p1 truncate f 1M
observe cut
p1 read a[300]
# Recorded on a file of a tmpfs mounted with huge=always; what makes that file here, mount, file and pwrite, is not.
