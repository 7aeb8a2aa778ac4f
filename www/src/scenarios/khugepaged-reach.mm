machine mem=2G enabled=always

# 1 GiB that was written while huge pages were off: 512 ranges of small pages. How long until khugepaged has reached the
# last one?
proc java
java mmap heap 1G
java madvise heap nohugepage
java write heap seed=1
java madvise heap hugepage

# By its defaults it looks at 4096 pages, 16 MiB, then sleeps 10 s. 64 wake-ups, ten and a half minutes.
run 5m
observe half_time
expect java.heap.AnonHugePages 491520
run 6m
observe reached
expect java.heap.classes T*262144
expect khugepaged.pages_collapsed 272

# Others stand in the queue. 512 MiB of a batch job have every second page missing, and max_ptes_none=100 forbids to fill
# them in. Each of their ranges is looked at and refused, and costs the others their turn.
proc batch
batch mmap heap 512M
batch madvise heap nohugepage
batch write heap[0..131072:2] seed=2
echo 100 > /sys/kernel/mm/transparent_hugepage/khugepaged/max_ptes_none
batch madvise heap hugepage
proc late
late mmap heap 256M
late madvise heap nohugepage
late write heap seed=3
late madvise heap hugepage
run 5m
observe queue

# Ten times the pages a wake-up, a hundredth of the sleep: the rest is done within seconds.
echo 40960 > /sys/kernel/mm/transparent_hugepage/khugepaged/pages_to_scan
echo 100 > /sys/kernel/mm/transparent_hugepage/khugepaged/scan_sleep_millisecs
run 10s
observe hurried
expect late.heap.classes T*65536
expect batch.heap.AnonHugePages 0

# Or do not wait: MADV_COLLAPSE does it in the caller's own time, and does not ask max_ptes_none either.
batch madvise heap collapse
observe collapsed
expect batch.heap.classes T*131072
run 20s
