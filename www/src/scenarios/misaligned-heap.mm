machine mem=1G enabled=always

# THP is on everywhere, and every one of these areas is written in full.
proc app

# 4 MiB placed by the kernel: since 6.7 it aligns what is large enough, and two faults fill it.
app mmap arena 4M where=kernel
app write arena
expect faults 2
run 1s

# An allocator that asks for 2 MiB at an address of its own, 4 KiB past a boundary: no aligned 2 MiB lie inside. 512 faults.
for i in 0..8
  app mmap chunk$i 2M off=4K
  app write chunk$i
  expect faults 512
  run 500ms
end

# 16 MiB that begin half way: seven huge pages inside, and 1 MiB of small ones at either end, for ever.
app mmap heap 16M off=1M
app write heap
expect faults 519
run 1s

# The thread stacks: 1 MiB each, below the size of a huge page.
for i in 0..4
  app mmap stack$i 1M
  app write stack$i
  expect faults 256
end

# khugepaged cannot help: it asks for the same aligned 2 MiB. A minute and six full scans later nothing has changed.
run 1m
observe waited
expect app.arena.classes T*1024
expect app.chunk0.AnonHugePages 0
expect app.chunk7.AnonHugePages 0
expect app.heap.classes a*256 T*3584 a*256
expect app.stack0.THPeligible 0
expect khugepaged.pages_collapsed 0
why app.chunk3[100]

# The cure is in the allocator: one area of the same 16 MiB, aligned.
app mmap chunks 16M
app write chunks
expect faults 8
run 20s
observe aligned
expect app.chunks.AnonHugePages 16384
