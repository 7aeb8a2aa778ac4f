machine mem=512M enabled=always

# Somebody has filled memory with small pages and given every second one back, and taken the last whole blocks: much is
# free, and no 2 MiB of it in one piece. khugepaged sleeps, so that it does not interfere.
echo 3600000 > /sys/kernel/mm/transparent_hugepage/khugepaged/scan_sleep_millisecs
proc noise
echo never > /sys/kernel/mm/transparent_hugepage/defrag
noise mmap junk 470M
noise madvise junk nohugepage
noise write junk
noise madvise junk[0..120320:2] dontneed
noise mmap blocks 40M
noise write blocks
cat /proc/buddyinfo
observe pieces
run 1s
proc app

# never: whatever the area says, a fault takes a huge page if one lies ready, and else a small one at once.
# 16 MiB: 4096 faults, the fastest of all answers and the worst memory.
app mmap a 16M
app madvise a hugepage
app write a
observe never
expect app.a.AnonHugePages 0
expect vmstat.thp_fault_fallback 8
run 2s

# defer: the fault does not wait either, but it wakes kcompactd, so that the next one may find a block.
echo defer > /sys/kernel/mm/transparent_hugepage/defrag
app mmap b 4M
app write b[0..512]
run 5s
app write b[512..1024]
observe defer
expect app.b.AnonHugePages 2048
run 2s

# madvise, the default: who asked for huge pages may wait for direct compaction; the others take a small page.
echo madvise > /sys/kernel/mm/transparent_hugepage/defrag
app mmap c 16M
app write c
app mmap d 16M
app madvise d hugepage
app write d
observe madvise
expect app.d.AnonHugePages 16384
run 2s

# defer+madvise: who asked waits, the others wake kcompactd.
echo defer+madvise > /sys/kernel/mm/transparent_hugepage/defrag
app mmap e 16M
app write e
app mmap f 16M
app madvise f hugepage
app write f
observe defer_madvise
expect app.e.AnonHugePages 0
expect app.f.AnonHugePages 16384
run 2s

# always: every fault may stop to compact memory. This is where seconds of sys time come from.
echo always > /sys/kernel/mm/transparent_hugepage/defrag
app mmap g 16M
app write g
observe always
expect app.g.AnonHugePages 16384
cat /proc/buddyinfo
run 2s

# The cure needs no mode at all: once the noise has gone there are whole blocks again, and even never takes them.
noise exit
echo never > /sys/kernel/mm/transparent_hugepage/defrag
app mmap h 16M
app write h
expect faults 8
run 10s
