machine mem=512M

# A pool of 8 huge pages for a database, which maps 12 MiB of it. Free still says 8, and yet 6 are spoken for: Rsvd.
echo 8 > /proc/sys/vm/nr_hugepages
proc db
db mmap buffers 12M hugetlb
observe mapped
expect hugetlb.Free 8
expect hugetlb.Rsvd 6
run 2s

# Two more are left. Who asks for three is told so at once, which is the whole point of reserving.
db mmap more 6M hugetlb
expect errno ENOMEM

# As pages are touched, promises become pages: Free and Rsvd go down together.
db write buffers[0..1024]
observe touched
expect hugetlb.Free 6
expect hugetlb.Rsvd 4
run 2s

# MAP_NORESERVE promises nothing, so it always succeeds. The third page it touches is one that belongs to the database.
# Free was 4 before that fault. SIGBUS.
db mmap lazy 6M hugetlb noreserve
expect ok
db write lazy[0..1024]
expect ok
observe lazy
expect hugetlb.Free 4
expect hugetlb.Rsvd 4
db write lazy[1024]
expect signal SIGBUS
run 2s
db munmap lazy
db write buffers
expect ok

# The other way to die: fork. The pages are shared until the parent writes. It needs a copy, the reservation is used up,
# the pool has two. After that the kernel takes the page away from the child, and the child's next read is SIGBUS.
db fork worker
run 2s
db write buffers
expect ok
observe forked
expect worker.buffers.classes H*1024 .*2048
expect hugetlb.Free 0
worker read buffers[0]
expect ok
worker read buffers[1024]
expect signal SIGBUS
run 2s

# With overcommit the kernel makes surplus pages as long as memory has free blocks of 2 MiB.
worker exit
echo 4 > /proc/sys/vm/nr_overcommit_hugepages
db mmap burst 8M hugetlb
db write burst
expect ok
observe surplus
expect hugetlb.Total 10
expect hugetlb.Surp 2
run 2s
db munmap burst
observe returned
expect hugetlb.Total 8
expect hugetlb.Surp 0
run 10s
