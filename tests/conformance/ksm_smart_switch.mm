# ages are kept while smart_scan is off
proc p1
p1 mmap a 16K
p1 write a idx
p1 madvise a mergeable
ksmd scan 7
observe seven
sys ksm/smart_scan 0
ksmd scan 3
observe three without
sys ksm/smart_scan 1
for i in 0..10
ksmd scan 1
observe with $i
end
