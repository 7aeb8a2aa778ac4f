machine mem=1G
echo 1 > /sys/kernel/mm/ksm/run
echo 1000 > /sys/kernel/mm/ksm/pages_to_scan
echo 0 > /sys/kernel/mm/ksm/smart_scan
echo 100 > /sys/kernel/mm/transparent_hugepage/khugepaged/scan_sleep_millisecs
proc a
a mmap ram 512M
a madvise ram mergeable
a write ram[0..65536] seed=1
a write ram[65536..131072] seed=1
a mmap heap 256M
a write heap[0..65536:3] idx
a madvise heap hugepage
