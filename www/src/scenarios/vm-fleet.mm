machine mem=4G

# Eight guests boot from one image; each dirties pages of its own.
for i in 1..9
  proc guest$i
  guest$i mmap ram 64M
  guest$i madvise ram mergeable
  guest$i write ram seed=42
  guest$i write ram[$i..16384:5] seed=10$i
end

echo 1000 > /sys/kernel/mm/ksm/pages_to_scan
echo 1 > /sys/kernel/mm/ksm/run
run 60s
