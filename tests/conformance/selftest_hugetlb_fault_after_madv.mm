# hugetlb_fault_after_madv and hugetlb_madv_vs_map, one after the other: the promise is there again after DONTNEED
proc p1
vm nr_hugepages 1
p1 mmap a 2M hugetlb
for i in 0..3
p1 write a[0]
p1 madvise a dontneed
end
p1 write a[0]
observe end
p1 madvise a dontneed
p1 mmap b 2M hugetlb
expect errno ENOMEM
p1 write a[0]
observe still promised
