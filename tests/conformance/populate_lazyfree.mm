# populating for writing makes pages dirty that MADV_FREE had made clean, without a fault
proc p1
p1 mmap a 64K
p1 write a fill=1
p1 madvise a free
observe free
p1 madvise a[0..4] populate_write
observe populated
p1 madvise a[4..8] populate_read
observe read
p1 mlock a[8..12]
observe locked
p1 mmap b 2M
p1 madvise b hugepage
p1 write b fill=2
p1 madvise b free
observe huge
p1 madvise b populate_write
observe huge populated
