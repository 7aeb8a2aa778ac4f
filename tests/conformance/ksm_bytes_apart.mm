# pages that differ in their first byte only, and sort by it
proc p1
p1 mmap a 32K
p1 write a seed=1
for i in 0..8
p1 write a[$i] fill=5
p1 write a[$i] byte=$i
end
p1 madvise a mergeable
ksmd scan 2
observe
expect ksm.pages_unshared 8
p1 write a byte=9
ksmd scan 2
observe
expect ksm.pages_sharing 7
