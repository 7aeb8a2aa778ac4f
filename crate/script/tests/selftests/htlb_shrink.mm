# pool rows: shrinking below what is in use or reserved makes surplus; growing takes it back without an allocation
proc p1
vm nr_hugepages 10
p1 mmap a 12M hugetlb
p1 write a[0..3072:512]
vm nr_hugepages 3
observe below use
expect hugetlb.Total 6
expect hugetlb.Free 0
expect hugetlb.Surp 3
p1 munmap a
observe user gone
expect hugetlb.Total 3
expect hugetlb.Free 3
expect hugetlb.Surp 0
vm nr_hugepages 10
p1 mmap b 12M hugetlb
vm nr_hugepages 3
observe below reserved
expect hugetlb.Total 6
expect hugetlb.Free 6
expect hugetlb.Rsvd 6
expect hugetlb.Surp 3
vm nr_hugepages 6
observe taken back
expect hugetlb.Total 6
expect hugetlb.Surp 0
p1 write b[0..3072:512]
observe all of them
expect hugetlb.Free 0
expect hugetlb.Rsvd 0
