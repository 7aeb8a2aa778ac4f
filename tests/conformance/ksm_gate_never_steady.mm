# a page rewritten before every scan never waits in a tree, and smart scan passes over it too
proc p1
p1 mmap a 8K
p1 write a[1] fill=9
p1 madvise a mergeable
for i in 1..9
p1 write a[0] fill=$i
ksmd scan 1
observe scan $i
end
