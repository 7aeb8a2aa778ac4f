# ksm_tests -H, -U: huge pages of equal contents are merged, then unmerged
proc p1
p1 mmap a 16M
p1 madvise a hugepage
p1 write a fill=0x2a
observe huge
expect p1.a.AnonHugePages 16384
p1 madvise a mergeable
ksmd scan 3
observe merged
expect p1.a.KSM 16384
expect ksm.pages_shared 16
p1 madvise a unmergeable
expect ok
ksmd scan
observe unmerged
expect p1.a.KSM 0
expect ksm.pages_shared 0
