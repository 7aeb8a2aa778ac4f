proc p1
mount t huge=never size=64M
file f 0 mount=t
p1 pwrite f 0K 4K idx index=1
observe made
p1 fallocate f alloc 0 3M
observe filled
p1 mmap a 3M shared file=f
p1 read a[0..4]
p1 write a[600]
observe touched
p1 fallocate f punch 1M 64K
p1 fallocate f keep 3M 2M
observe kept
p1 truncate f 3000K
observe cut
# Recorded on a file of a tmpfs mounted with huge=never; what makes that file here, mount, file and pwrite, is not.
