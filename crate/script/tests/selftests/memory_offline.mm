# memory hot-remove: pages move out of a block of memory before it goes; KSM goes on; a pinned page keeps its block
machine mem=1G
proc p1
sys ksm/run 1
p1 mmap a 64M
p1 write a seed=1
p1 mmap k 2M
p1 madvise k mergeable
p1 write k fill=7
ksmd scan 2
observe merged
expect ksm.pages_sharing 510
echo offline > /sys/devices/system/memory/memory2/state
expect ok
echo offline > /sys/devices/system/memory/memory2/state
expect errno EINVAL
echo 0 > /sys/devices/system/memory/memory3/online
expect ok
echo offline > /sys/devices/system/memory/memory0/state
expect errno EINVAL
echo gone > /sys/devices/system/memory/memory4/state
expect errno EINVAL
p1 check a seed=1
expect differ 0
p1 check k fill=7
expect differ 0
p1 pin a[0]
for i in 4..8
echo offline > /sys/devices/system/memory/memory$i/state
end
ksmd scan
observe still merged
expect ksm.pages_sharing 510
p1 check a seed=1
expect differ 0
p1 unpin a[0]
echo online > /sys/devices/system/memory/memory2/state
expect ok
cat /sys/devices/system/memory/memory3/state
