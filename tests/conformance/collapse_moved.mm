# a range whose pages came from another place
proc p1
p1 mmap a 2M
p1 write a seed=1
p1 mremap a[0..256] to b
p1 madvise b collapse
p1 mmap c 1M after=b
p1 write c seed=2
p1 madvise b collapse
observe two areas
p1 mmap d 2M
p1 write d seed=4
p1 mremap d to e
p1 madvise e collapse
observe moved whole
