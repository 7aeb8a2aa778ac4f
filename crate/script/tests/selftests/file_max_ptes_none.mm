# khugepaged self test, collapse_max_ptes_none of a read-only file: 255 pages are too few for 256, MADV_COLLAPSE does not care
machine read_only_thp_for_fs fs=btrfs
proc p1
sys transparent_hugepage/khugepaged/max_ptes_none 256
file f 2M ro
p1 mmap a 2M file=f prot=r
p1 madvise a random
for i in 0..255
p1 read a[$i]
end
p1 madvise a hugepage
khugepaged scan
observe too few
expect p1.a.FilePmdMapped 0
p1 read a[255]
khugepaged scan
p1 read a
observe enough
expect p1.a.FilePmdMapped 2048
file g 2M ro
p1 mmap b 2M file=g prot=r
p1 madvise b random
for i in 0..255
p1 read b[$i]
end
p1 madvise b hugepage
p1 madvise b collapse
expect ok
observe madvise
expect p1.b.FilePmdMapped 2048
