# hugepage-mremap: a shared mapping moves to another place with its contents
proc p1
vm nr_hugepages 4
memfd h 8M hugetlb
p1 mmap a 8M memfd=h shared
p1 write a idx
p1 mremap a to b
p1 check b idx
observe moved
p1 mremap b 16M maymove
expect errno EINVAL
p1 mremap b 4M
p1 check b idx
observe end
