# kernel self test: zero pages placed by ksmd are given back by unmerging and by writing
proc p1
p1 mmap a 2M
p1 madvise a nohugepage
sys ksm/use_zero_pages 1
p1 write a zero
p1 madvise a mergeable
ksmd scan 2
observe merged
expect p1.ksm_stat.ksm_zero_pages 512
p1 madvise a[0..256] unmergeable
observe half
expect p1.ksm_stat.ksm_zero_pages 256
p1 write a[256..512]
observe written
expect p1.ksm_stat.ksm_zero_pages 0
ksmd scan 2
observe later
