# kernel self test: ksm_merging_pages is not inherited
proc p1
p1 mmap a 2M
p1 madvise a nohugepage
p1 write a fill=0xcf
p1 madvise a mergeable
ksmd scan 2
p1 fork p2
observe forked
expect p2.ksm_stat.ksm_merging_pages 0
ksmd scan 1
observe scanned
expect p2.ksm_stat.ksm_merging_pages 512
