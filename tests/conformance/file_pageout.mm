# MADV_PAGEOUT of pages of a file: clean ones go, dirty ones are written and go later
proc p1
file f 1M
p1 mmap a 1M shared file=f
p1 read a
observe read
p1 madvise a[0..64] pageout
observe out
p1 read a[0]
p1 write a[100..116] seed=1
p1 madvise a[96..128] pageout
observe dirty
p1 read a[100]
p1 mmap b 1M file=f
p1 read b
p1 write b[200..204] seed=2
p1 madvise b pageout
observe private
p1 check b[200..204] seed=2
observe end
