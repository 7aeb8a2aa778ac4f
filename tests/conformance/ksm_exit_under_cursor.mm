# a process with items leaves while another is under the cursor
proc p1
p1 mmap a 16K
p1 write a fill=1
p1 madvise a mergeable
proc p2
p2 mmap a 16K
p2 write a fill=2
p2 madvise a mergeable
proc p3
p3 mmap a 16K
p3 write a fill=1
p3 madvise a mergeable
ksmd scan 2
sys ksm/pages_to_scan 2
ksmd wake 1
p3 exit
observe
ksmd wake 1
observe one more wake
ksmd wake 2
observe rest
p1 exit
ksmd scan 2
observe end
