# a child has no promise: its faults take what nobody was promised, or SIGBUS
proc p1
vm nr_hugepages 3
p1 mmap a 6M hugetlb
p1 write a[0]
p1 fork p2
p2 write a[600]
observe child refused
p1 write a[600]
p1 write a[0]
observe parent
p2 read a[0]
p2 exit
p1 write a[1100]
observe end
