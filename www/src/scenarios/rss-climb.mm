machine mem=4G

# A program fills 2 GiB that its allocator has mapped and advised to be huge.
proc redis
redis mmap heap 2G
redis madvise heap hugepage
redis write heap[0..131072] seed=1
run 10s
redis write heap[131072..262144] seed=1
run 10s
redis write heap[262144..393216] seed=1
run 10s
redis write heap[393216..524288] seed=1
run 20s

# It frees all but every 33rd page, and the allocator gives them back: RSS falls to 70 MiB.
for i in 1..33
  redis madvise heap[$i..524288:33] dontneed
  run 500ms
end

# With max_ptes_none=511, the default, one page is enough for khugepaged to fill a range again.
# It looks at 8 ranges every 10 s. After 21 minutes RSS is back at 2 GiB, and nobody has written a byte.
run 22m

# The same again at 0: RSS stays down.
echo 0 > /sys/kernel/mm/transparent_hugepage/khugepaged/max_ptes_none
for i in 1..33
  redis madvise heap[$i..524288:33] dontneed
  run 500ms
end
run 10m
