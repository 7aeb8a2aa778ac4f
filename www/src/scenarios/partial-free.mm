machine mem=512M enabled=always

# khugepaged would repair what is shown here: it sleeps for an hour.
echo 3600000 > /sys/kernel/mm/transparent_hugepage/khugepaged/scan_sleep_millisecs

# 64 MiB, 32 huge pages.
proc app
app mmap heap 64M
app write heap seed=1
run 2s
observe full
expect app.heap.classes T*16384

# The allocator gives back page after page of every huge page, until one in 512 is left. RSS falls with each.
# Free memory does not move: the first call split the mapping, but a huge page goes back only as a whole.
for i in 1..512
  app madvise heap[$i..16384:512] dontneed
  run 50ms
end
observe freed
expect app.heap.Rss 128
expect vmstat.thp_split_pmd 32
expect vmstat.thp_deferred_split_page 32
expect mthp.2048kB/nr_anon_partially_mapped 32
expect mthp.2048kB/nr_anon 0
cat /proc/meminfo
run 10s

# 64 MiB are held by 32 pages of 4 KiB. They wait in the deferred split queue for somebody who needs memory:
# the shrinker splits them, and all pages that nobody maps are free.
echo 2 > /proc/sys/vm/drop_caches
observe split
expect mthp.2048kB/split 32
expect mthp.2048kB/nr_anon_partially_mapped -32
expect app.heap.Rss 128
cat /proc/meminfo
run 5s

# Then khugepaged wakes. One page of 512 is enough for it, and it allocates all of that again.
echo 10000 > /sys/kernel/mm/transparent_hugepage/khugepaged/scan_sleep_millisecs
run 2m
observe again
expect app.heap.classes T*16384
expect khugepaged.pages_collapsed 32
