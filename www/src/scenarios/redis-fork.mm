machine mem=1G enabled=always

# A key-value store has filled 256 MiB, all of it huge pages: one fault for each 2 MiB.
proc redis
redis mmap heap 256M
redis write heap seed=1
run 2s
observe filled
expect redis.heap.classes T*65536

# BGSAVE: fork a child that writes the snapshot. Both now map the same 128 huge pages, read-only.
redis fork saver
run 2s
observe forked
expect redis.heap.AnonHugePages 262144
expect redis.heap.Private_Dirty 0

# The store goes on working: single bytes all over the heap, 128 of them at a time.
for i in 0..16
  redis write heap[$i..65536:512] byte=7
  run 500ms
end

# No write copied 2 MiB. The first one to a range split its mapping into 512 entries, and each copied one page of
# 4 KiB: 16 x 128 of them, 8 MiB. AnonHugePages of the store is 0.
observe written
expect vmstat.thp_split_pmd 128
expect redis.heap.AnonHugePages 0
expect redis.heap.Private_Dirty 8192
expect saver.heap.AnonHugePages 262144

# The child is done. What it shared is the store's own again, but still mapped by small entries, and the pages
# whose copies the store wrote lie idle inside huge pages that cannot be freed in part.
saver exit
run 1s
observe done
expect redis.heap.AnonHugePages 0
expect vmstat.thp_deferred_split_page 128

# khugepaged repairs it, 8 ranges every 10 seconds.
run 4m
observe repaired
expect redis.heap.classes T*65536
expect khugepaged.pages_collapsed 128

# The same with huge pages off for new faults: fork must copy 65536 entries instead of 128, each write copies the same 4 KiB.
echo never > /sys/kernel/mm/transparent_hugepage/enabled
redis madvise heap dontneed
redis write heap seed=1
redis fork saver
run 1s
for i in 0..16
  redis write heap[$i..65536:512] byte=7
  run 500ms
end
observe small
expect redis.heap.Private_Dirty 8192
saver exit
run 10s
