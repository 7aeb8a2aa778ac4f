# a private mapping of a hugetlb file: reads share the file's page, a write copies with the owner's promise
proc p1
vm nr_hugepages 4
memfd h 4M hugetlb
p1 mmap s 4M memfd=h shared
p1 write s[0] seed=1
p1 mmap a 4M memfd=h
observe mapped
p1 read a[0]
p1 read a[600]
observe read
p1 write a[0] seed=2
p1 check s[0] seed=1
observe copied
p1 fallocate h punch 0 2M
p1 read a[0]
observe punched
p1 madvise a[0..512] dontneed
p1 read a[0]
observe end
