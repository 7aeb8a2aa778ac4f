proc p1
mount t huge=advise size=64M
file f 0 mount=t
p1 pwrite f 0K 4096K idx index=1
observe written
p1 mmap a 4M shared file=f
p1 madvise a collapse
observe collapsed
p1 read a[0..1024:16]
p1 munmap a[0..512]
p1 mmap b 4M file=f
p1 madvise b collapse
p1 read b
p1 write b[7]
observe private
# Recorded on a file of a tmpfs mounted with huge=advise; what makes that file here, mount, file and pwrite, is not.
