# pool rows: grow, reserve, read faults, lengths, ENOMEM, surplus made for a reservation and given back
proc p1
vm nr_hugepages 10
observe pool of 10
expect hugetlb.Total 10
expect hugetlb.Free 10
expect vmstat.htlb_buddy_alloc_success 10
p1 mmap a 8M hugetlb
observe reserved
expect hugetlb.Rsvd 4
p1 write a[0]
observe one in use
expect hugetlb.Free 9
expect hugetlb.Rsvd 3
expect p1.a.Private_Hugetlb 2048
expect p1.a.Rss 0
p1 munmap a
observe given back
expect hugetlb.Free 10
expect hugetlb.Rsvd 0
p1 mmap b 8M hugetlb
p1 read b[0]
observe a read takes a page
expect hugetlb.Free 9
expect hugetlb.Rsvd 3
p1 write b[0]
observe the same page
expect hugetlb.Free 9
p1 munmap b
p1 mmap c 4K hugetlb
observe rounded up
expect hugetlb.Rsvd 1
p1 munmap c[0]
expect errno EINVAL
p1 munmap c[0..512]
expect ok
observe
vm nr_hugepages 2
p1 mmap d 6M hugetlb
expect errno ENOMEM
observe nothing changed
expect hugetlb.Total 2
expect hugetlb.Rsvd 0
vm nr_overcommit_hugepages 1
p1 mmap e 6M hugetlb
observe one surplus
expect hugetlb.Total 3
expect hugetlb.Rsvd 3
expect hugetlb.Surp 1
p1 munmap e
observe untouched and gone
expect hugetlb.Total 2
expect hugetlb.Surp 0
p1 mmap f 6M hugetlb
p1 write f[0..1536:512]
observe all used
expect hugetlb.Free 0
expect hugetlb.Surp 1
p1 munmap f
observe end
expect hugetlb.Total 2
expect hugetlb.Free 2
