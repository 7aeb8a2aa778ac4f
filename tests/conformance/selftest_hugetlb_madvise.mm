# hugetlb-madvise: DONTNEED and REMOVE of anonymous memory and of files, shared and private
proc p1
vm nr_hugepages 10
p1 mmap a 8M hugetlb
p1 write a
p1 madvise a[1..1024] dontneed
expect errno EINVAL
p1 madvise a[0..1025] dontneed
observe length is rounded down
p1 madvise a dontneed
observe all free
p1 write a
p1 munmap a
memfd h 8M hugetlb
p1 fallocate h alloc 0 8M
observe allocated
p1 mmap p 8M memfd=h
p1 read p[0..2048:512]
p1 write p[0..2048:512]
observe private copies
p1 madvise p dontneed
observe copies gone
p1 madvise p remove
expect errno EACCES
p1 munmap p
p1 mmap s 8M memfd=h shared
p1 write s[0..2048:512]
p1 madvise s dontneed
observe pages stay
p1 madvise s[0..513] remove
observe one removed
p1 madvise s remove
observe removed
p1 write s[0..2048:512]
p1 mmap q 8M memfd=h
p1 write q[0..512]
p1 madvise s remove
observe with copies
