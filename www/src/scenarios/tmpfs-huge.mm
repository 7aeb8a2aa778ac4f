machine mem=512M

# THP for a heap is one switch, for shared memory it is another: shmem_enabled, never by default. 16 MiB of a memfd are
# 4096 faults, whatever was advised.
memfd cache 16M
proc app
app mmap shared 16M memfd=cache shared
app madvise shared hugepage
app write shared
expect faults 4096
observe never
expect app.shared.classes m*4096
expect app.shared.THPeligible 0
run 3s

# With advise the same calls take 8 faults. The huge pages belong to the file: whoever maps it has them too.
echo advise > /sys/kernel/mm/transparent_hugepage/shmem_enabled
memfd cache2 16M
app mmap shared2 16M memfd=cache2 shared
app madvise shared2 hugepage
app write shared2
expect faults 8
observe advise
expect app.shared2.classes M*4096
expect vmstat.thp_file_alloc 8
proc reader
reader mmap view 16M memfd=cache2 shared
reader madvise view hugepage
reader read view
expect faults 8
observe second
expect reader.view.ShmemPmdMapped 16384
run 3s

# What was small before becomes huge by khugepaged, which collapses the pages of the file and takes them out of all page
# tables: RSS falls to 0 until the next access, and that maps 2 MiB at once. It hears of the process by an advice.
app madvise shared hugepage
run 1m
observe collapsed
expect app.shared.classes .*4096
expect vmstat.thp_collapse_alloc 8
app read shared
expect faults 8

# A hole of 4 KiB in the file splits the huge page for all who map it.
app fallocate cache2 punch 1M 4K
observe punched
expect vmstat.thp_split_page 1
expect reader.view.ShmemPmdMapped 14336
run 3s

# Under always a byte in each of eight files of 2 MiB costs 16 MiB. Under within_size a file of 64 KiB stays small.
echo always > /sys/kernel/mm/transparent_hugepage/shmem_enabled
for i in 0..8
  memfd tiny$i 2M
  app mmap tiny$i 2M memfd=tiny$i shared
  app write tiny$i[0]
end
observe tiny
expect app.tiny0.classes M*512
expect vmstat.thp_file_alloc 8
echo within_size > /sys/kernel/mm/transparent_hugepage/shmem_enabled
for i in 0..8
  memfd part$i 64K
  app mmap part$i 2M memfd=part$i shared
  app write part$i[0]
end
observe parts
expect vmstat.thp_file_alloc 0
expect app.part0.Rss 4
run 10s
