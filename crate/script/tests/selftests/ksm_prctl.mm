# ksm_functional_tests, prctl: set, set again, clear; what it refuses
proc p1
p1 mmap a 64K
p1 write a fill=1
p1 prctl memory_merge 1
expect ok
p1 prctl memory_merge 1
expect ok
ksmd scan 2
observe merged
expect ksm.pages_sharing 15
p1 prctl memory_merge 0
expect ok
ksmd scan
observe unmerged
expect ksm.pages_sharing 0
p1 prctl memory_merge 1 1
expect errno EINVAL
