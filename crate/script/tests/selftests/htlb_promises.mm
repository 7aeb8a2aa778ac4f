# pool rows: without reservation only what nobody was promised; a shared file keeps its reservation when it is unmapped
proc p1
vm nr_hugepages 1
p1 mmap a 2M hugetlb
proc p2
p2 mmap b 2M hugetlb noreserve
p2 write b[0]
expect signal SIGBUS
p1 write a[0]
observe promised
expect hugetlb.Free 0
p1 munmap a
p2 munmap b
vm nr_hugepages 0
p2 mmap n 2M hugetlb noreserve
p2 write n[0]
expect signal SIGBUS
p2 munmap n
vm nr_hugepages 2
memfd h 4M hugetlb
p1 mmap s 4M memfd=h shared
observe first mapping
expect hugetlb.Rsvd 2
p1 fork p3
p3 mmap t 4M memfd=h shared
observe second mapping
expect hugetlb.Rsvd 2
p1 write s[0]
p3 write t[0]
observe both
expect hugetlb.Free 1
expect hugetlb.Rsvd 1
expect p1.s.Shared_Hugetlb 2048
p1 munmap s
p3 munmap t
p3 exit
observe unmapped
expect hugetlb.Free 1
expect hugetlb.Rsvd 1
p1 truncate h 0
observe truncated
expect hugetlb.Free 2
expect hugetlb.Rsvd 0
