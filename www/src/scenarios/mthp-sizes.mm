machine mem=512M

# Between 4 KiB and 2 MiB: folios of several pages, each size with a switch of its own. All are off: 1024 faults for 4 MiB.
proc app
app mmap small 4M
app write small
expect faults 1024
run 2s

# 64 KiB: 16 pages a fault, 64 faults.
echo always > /sys/kernel/mm/transparent_hugepage/hugepages-64kB/enabled
app mmap medium 4M
app write medium
expect faults 64
run 2s

# With several sizes on, a fault takes the largest that fits into the area around the address. 1080 KiB are one folio
# of 1 MiB, three of 16 KiB and two pages.
echo always > /sys/kernel/mm/transparent_hugepage/hugepages-16kB/enabled
echo always > /sys/kernel/mm/transparent_hugepage/hugepages-1024kB/enabled
app mmap odd 1080K
app write odd
run 2s

# The price: one byte in every 64 KiB. With 4 KiB pages that is 256 KiB; here RSS is all 4 MiB.
app mmap sparse 4M
app write sparse[0..1024:16]
run 2s
observe sizes
expect app.small.classes a*1024
expect app.medium.classes 4*1024
expect app.sparse.Rss 4096
expect mthp.16kB/anon_fault_alloc 3
expect mthp.64kB/anon_fault_alloc 64
expect mthp.1024kB/anon_fault_alloc 5

# A page of a folio is freed: the folio stays whole until memory is short.
app madvise medium[0..1024:16] dontneed
observe holes
expect app.medium.Rss 3840
expect mthp.64kB/nr_anon_partially_mapped 64
run 5s
echo 2 > /proc/sys/vm/drop_caches
observe split
expect mthp.64kB/split 64
run 5s

# madvise asks the area. Here 64 KiB are for advised areas, and so are 2 MiB, which inherit transparent_hugepage/enabled:
# the largest wins. The area that is not advised is left with 16 KiB.
echo madvise > /sys/kernel/mm/transparent_hugepage/hugepages-64kB/enabled
echo never > /sys/kernel/mm/transparent_hugepage/hugepages-1024kB/enabled
app mmap advised 4M
app madvise advised hugepage
app mmap plain 4M
app write advised[0..512]
app write plain[0..512]
observe advised
expect app.advised.classes T*512 .*512
expect app.plain.classes 2*512 .*512
run 10s
