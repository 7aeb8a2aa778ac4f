# unlocking any part of a large folio unlocks it; the rest of it stays in its locked area
sys transparent_hugepage/hugepages-64kB/enabled madvise
proc p1
p1 mmap a 128K
p1 madvise a hugepage
p1 mlock a
observe locked
p1 munlock a[12..16]
observe part
p1 mlock a[12..16]
observe again
p1 mlock a[0..12]
p1 munlock a
p1 mlock a
observe whole
p1 munlock a[16..20]
p1 munlock a[20..24]
observe second
