# ksm_functional_tests, unmerge_uffd_wp: write-protected by userfaultfd, unmerging goes on
proc p1
p1 mmap a 2M
p1 madvise a nohugepage
p1 write a fill=0xcf
p1 madvise a mergeable
ksmd scan 2
observe merged
expect ksm.pages_shared 2
expect ksm.pages_sharing 510
p1 uffd a wp
p1 uffd a protect
p1 madvise a unmergeable
expect ok
observe unmerged
expect p1.a.classes a*512
p1 check a fill=0xcf
expect differ 0
