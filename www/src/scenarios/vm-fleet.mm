machine mem=1G

# Eight guests boot from one image. The last quarter of each is still zero; every fifth page of the rest it has
# written itself.
for i in 1..9
  proc guest$i
  guest$i mmap ram 64M
  guest$i madvise ram mergeable
  guest$i write ram[0..12288] seed=42
  guest$i write ram[12288..16384] zero
  guest$i write ram[$i..12288:5] seed=10$i
end

# ksmd starts with the defaults, 100 pages every 20 ms: 26 s for one scan, and only the second one merges.
echo 1 > /sys/kernel/mm/ksm/run
run 4s

# Ten times pages_to_scan, a tenth of the time: what is equal merges within two scans.
echo 1000 > /sys/kernel/mm/ksm/pages_to_scan
run 8s

# smart_scan passes over pages that never found an equal one. Without it every scan looks at all of them.
echo 0 > /sys/kernel/mm/ksm/smart_scan
run 6s
echo 1 > /sys/kernel/mm/ksm/smart_scan

# The guests work: what they write to a merged page is a copy of their own.
for i in 1..9
  guest$i write ram[0..8192:3] seed=20$i
  run 250ms
end
run 4s

# They load the same files again. Merging that back takes ten times as long with ten times the sleep. What is kept at
# last: 12288 pages of the image, and 128 of zeros, which 256 places share each.
echo 200 > /sys/kernel/mm/ksm/sleep_millisecs
for i in 1..9
  guest$i write ram[0..8192:3] seed=42
end
run 10s
echo 20 > /sys/kernel/mm/ksm/sleep_millisecs
run 20s
