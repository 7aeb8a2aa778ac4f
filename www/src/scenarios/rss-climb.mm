machine mem=4G

# An allocator takes 2 GiB, asks for huge pages and fills them.
proc redis
redis mmap heap 2G
redis madvise heap hugepage
redis write heap seed=1
run 2s

# The program frees all but every 33rd page, and the allocator gives them back.
for i in 1..33
  redis madvise heap[$i..524288:33] dontneed
  run 100ms
end

# With the default max_ptes_none=511 khugepaged fills every range again: RSS climbs back.
run 20m

# At 0 the same again, and it stays down.
echo 0 > /sys/kernel/mm/transparent_hugepage/khugepaged/max_ptes_none
for i in 1..33
  redis madvise heap[$i..524288:33] dontneed
  run 100ms
end
run 20m
