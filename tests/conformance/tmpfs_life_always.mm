proc p1
mount t huge=always size=64M
file f 0 mount=t
p1 pwrite f 0K 4096K idx index=1
observe written
p1 mmap a 4M shared file=f
p1 read a
observe mapped
p1 write a[5] seed=1
p1 fallocate f punch 8K 4K
observe punched
p1 truncate f 3145729
observe truncated
p1 madvise a[512..1024] collapse
observe collapsed
p1 fork p2
p2 read a[3]
p1 madvise a nohugepage
p1 mmap b 4M file=f
p1 write b[0..3] fill=1
observe private
# Recorded on a file of a tmpfs mounted with huge=always; what makes that file here, mount, file and pwrite, is not.
