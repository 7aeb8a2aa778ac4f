machine mem=512M

# The exercise: touch 1024 pages, count 1024 page faults. With enabled=madvise that is what a student sees.
proc lab
lab mmap array 4M
lab write array
expect faults 1024
run 2s

# On a machine with enabled=always the same program counts 2.
echo always > /sys/kernel/mm/transparent_hugepage/enabled
lab mmap array2 4M
lab write array2
expect faults 2
run 2s

# Reading first costs twice: once for the zero page, once more for the write. With huge pages that is 2 and 2.
lab mmap array3 4M
lab madvise array3 nohugepage
lab read array3
expect faults 1024
lab write array3
expect faults 1024
lab mmap array4 4M
lab read array4
expect faults 2
lab write array4
expect faults 2
run 2s

# MAP_POPULATE: the kernel does it all within mmap. No fault is left.
lab mmap array5 4M populate
lab write array5
expect faults 0
run 2s

# And folios of 64 KiB: 64.
echo never > /sys/kernel/mm/transparent_hugepage/enabled
echo always > /sys/kernel/mm/transparent_hugepage/hugepages-64kB/enabled
lab mmap array6 4M
lab write array6
expect faults 64
run 2s

# After fork a child's writes fault again, once a page, though every page is there. So do the parent's, for those pages
# that the child still shares.
lab fork twin
twin write array3[0..512]
expect faults 512
lab write array3
expect faults 1024
observe end
expect twin.array3.Private_Dirty 4096
run 10s
