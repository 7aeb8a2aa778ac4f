# ksm_tests -M -d 1: ten equal pages, opted in by prctl
proc p1
p1 mmap a 40K
p1 write a fill=0x2a
p1 prctl memory_merge 1
ksmd scan 2
observe merged
expect ksm.pages_shared 1
expect ksm.pages_sharing 9
