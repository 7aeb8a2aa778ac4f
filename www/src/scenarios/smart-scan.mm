machine mem=512M

# Two guests of 48 MiB in which nothing is equal, and ksmd in a hurry: 2000 pages every 20 ms, a scan in a quarter second.
for i in 1..3
  proc guest$i
  guest$i mmap ram 48M
  guest$i madvise ram mergeable
  guest$i write ram seed=$i
end
echo 2000 > /sys/kernel/mm/ksm/pages_to_scan
echo 1 > /sys/kernel/mm/ksm/run

# A page that was scanned and not merged several times is passed over next time, then twice, four times, eight times:
# smart_scan, on by default since 6.7. pages_skipped climbs seven times as fast as pages_scanned.
run 20s
cat /sys/kernel/mm/ksm/pages_skipped
cat /sys/kernel/mm/ksm/pages_scanned
observe unequal
expect ksm.pages_sharing 0

# Now the guests load the same library into the first 8 MiB. A write does not end the skipping: ksmd comes when the
# turn of each page is up, which is after eight scans of all memory at worst.
guest1 write ram[0..2048] seed=9
guest2 write ram[0..2048] seed=9
run 10s
observe merged
expect ksm.pages_sharing 2048

# The same with smart_scan off: every scan reads and checksums every page. The next library is merged at once.
echo 0 > /sys/kernel/mm/ksm/smart_scan
guest1 write ram[2048..4096] seed=10
guest2 write ram[2048..4096] seed=10
run 10s
observe off
expect ksm.pages_sharing 4096
cat /sys/kernel/mm/ksm/pages_skipped
run 10s
