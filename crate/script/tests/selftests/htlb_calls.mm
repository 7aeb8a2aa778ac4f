# call rows: advice, holes, shrinking, locking, places, files
proc p1
vm nr_hugepages 4
p1 mmap a 4M hugetlb
p1 write a[0..1024:512]
p1 madvise a[1..513] dontneed
expect errno EINVAL
p1 madvise a[0] dontneed
expect ok
p1 madvise a free
expect errno EINVAL
p1 madvise a cold
expect errno EINVAL
p1 madvise a pageout
expect errno EINVAL
p1 madvise a collapse
expect errno EINVAL
p1 madvise a wipeonfork
expect errno EINVAL
p1 madvise a guard_install
expect errno EINVAL
p1 madvise a hugepage
expect ok
p1 madvise a mergeable
expect ok
p1 madvise a remove
expect errno EACCES
observe advised
p1 munmap a
memfd h 8M hugetlb
p1 mmap s 8M memfd=h shared
p1 write s[0]
observe one of four
expect hugetlb.Free 3
expect hugetlb.Rsvd 3
p1 fallocate h punch 0 2M
observe punched
expect hugetlb.Free 4
expect hugetlb.Rsvd 3
p1 fallocate h punch 2M 2M
observe nothing there
expect hugetlb.Free 4
expect hugetlb.Rsvd 3
p1 truncate h 0
observe truncated
expect hugetlb.Rsvd 0
p1 munmap s
p1 mmap m 8M hugetlb
p1 mremap m 12M maymove
expect errno EINVAL
p1 mremap m 4M
expect ok
observe shrunk
expect hugetlb.Rsvd 2
p1 mlock m
expect ok
observe locked
expect hugetlb.Free 2
expect p1.m.Locked 0
p1 munmap m
p1 mmap x 2M hugetlb off=4K
expect errno EINVAL
vm nr_hugepages 2
memfd g 6M hugetlb
p1 fallocate g alloc 0 6M
expect errno ENOSPC
observe two stay
expect hugetlb.Free 0
p1 truncate g 4K
expect errno EINVAL
p1 truncate g 0
vm nr_hugepages 0
p1 mmap z 2M hugetlb noreserve
p1 mlock z
expect errno ENOMEM
observe end
