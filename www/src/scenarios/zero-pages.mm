machine mem=512M

# Memory that is only read costs nothing: every page is the one zero page of the kernel. RSS stays 0.
proc app
app mmap table 8M
app read table
observe read
expect app.table.classes z*2048
expect app.table.Rss 0
run 3s

# Huge pages have one of their own. One fault maps 2 MiB of zeros.
app mmap arena 8M
app madvise arena hugepage
app read arena
expect faults 4
observe huge
expect app.arena.classes Z*2048
run 3s

# A write of one byte to each: the table gets a page of 4 KiB, the arena 2 MiB.
app write table[100]
app write arena[100]
observe written
expect app.table.Rss 4
expect app.arena.Rss 2048
run 3s

# Zeros that were written are pages like others. ksmd finds them equal, and one page stays for all 2048.
app mmap buffer 8M
app madvise buffer mergeable
app write buffer zero
echo 2000 > /sys/kernel/mm/ksm/pages_to_scan
echo 1 > /sys/kernel/mm/ksm/run
run 3s
observe merged
expect app.buffer.classes k*2048
expect ksm.pages_shared 8
expect ksm.pages_sharing 2040
run 3s

# With use_zero_pages it gives them all to the zero page instead: not one page to keep, and no tree to search.
echo 1 > /sys/kernel/mm/ksm/use_zero_pages
app mmap buffer2 8M
app madvise buffer2 mergeable
app write buffer2 zero
run 3s
observe zeroed
expect app.buffer2.classes z*2048
expect app.buffer2.Rss 0
expect ksm.ksm_zero_pages 2048
run 3s

# Huge pages that are mostly zeros: 16 of them, 24 pages written in each. When memory is short the shrinker splits those
# with more zero pages than max_ptes_none allows, and maps the zero page. The arena's one goes the same way.
echo 256 > /sys/kernel/mm/transparent_hugepage/khugepaged/max_ptes_none
app mmap heap 32M
app madvise heap hugepage
for i in 0..24
  app write heap[$i..8192:512] seed=3
end
observe full
expect app.heap.Rss 32768
run 3s
echo 2 > /proc/sys/vm/drop_caches
observe shrunk
expect app.heap.Rss 1536
expect vmstat.thp_underused_split_page 17
run 10s
