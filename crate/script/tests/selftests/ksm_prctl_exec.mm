# ksm_functional_tests, prctl_fork_exec: the flag goes to the child and through execve
proc p1
p1 prctl memory_merge 1
p1 fork p2
p2 exec
p2 mmap a 2M
p2 madvise a nohugepage
p2 write a fill=0xcf
ksmd scan 2
observe merged
expect ksm.pages_sharing 510
expect p2.ksm_stat.ksm_merging_pages 512
p1 prctl memory_merge 0
expect ok
