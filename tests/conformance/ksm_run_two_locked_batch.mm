# the lock batch has room for 31: twenty KSM pages whose last mapping is locked, each with its copy
proc p1
p1 mmap a 80K
p1 write a seed=3
p1 mmap b 80K
p1 write b seed=3
p1 madvise a mergeable
p1 madvise b mergeable
sys ksm/run 1
ksmd scan 2
p1 mprotect a r
p1 mprotect b r
p1 mlock b
observe
sys ksm/run 2
observe
