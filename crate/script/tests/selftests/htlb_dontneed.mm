# pool rows: what is discarded is reserved again, but not while there are surplus pages
proc p1
vm nr_hugepages 4
p1 mmap a 4M hugetlb
p1 write a[0..1024:512]
observe used
expect hugetlb.Free 2
p1 madvise a[0..512] dontneed
observe discarded
expect hugetlb.Free 3
expect hugetlb.Rsvd 1
p1 write a[0]
observe again
expect hugetlb.Free 2
expect hugetlb.Rsvd 0
vm nr_hugepages 1
observe surplus
expect hugetlb.Surp 1
p1 madvise a[0..512] dontneed
observe to the buddy
expect hugetlb.Total 1
expect hugetlb.Rsvd 0
p1 write a[0]
expect signal SIGBUS
