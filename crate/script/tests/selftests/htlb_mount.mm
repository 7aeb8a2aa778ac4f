# pool rows: a mount with a limit refuses more, one with a minimum has it reserved from the start
machine
vm nr_hugepages 3
proc p1
mount h hugetlbfs size=4M nr_inodes=3
expect ok
file f 8M mount=h
p1 mmap a 6M shared file=f
expect errno ENOMEM
p1 mmap b 6M shared noreserve file=f
expect ok
p1 write b[0..1024:512]
expect ok
p1 write b[1024]
expect signal SIGBUS
p1 fallocate f alloc 4M 2M
expect errno ENOSPC
p1 munmap b
p1 truncate f 0
observe nothing kept
expect hugetlb.Free 3
expect hugetlb.Rsvd 0
file g 0 mount=h
expect ok
file i 0 mount=h
expect errno ENOSPC
mount m hugetlbfs min_size=4M
expect ok
observe a minimum
expect hugetlb.Rsvd 2
mount n hugetlbfs min_size=4M
expect errno ENOMEM
mount n hugetlbfs min_size=4M size=2M
expect errno EINVAL
mount n hugetlbfs pagesize=16K
expect errno EINVAL
mount n hugetlbfs size=50%
expect ok
