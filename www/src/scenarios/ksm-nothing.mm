machine mem=512M

# Four guests of one image. Somebody has set run to 1, and every counter of KSM stays 0.
for i in 1..5
  proc guest$i
  guest$i mmap ram 16M
  guest$i write ram seed=42
end
echo 500 > /sys/kernel/mm/ksm/pages_to_scan
echo 1 > /sys/kernel/mm/ksm/run
run 5s
observe nothing
expect ksm.pages_shared 0
expect ksm.full_scans 0

# First reason: nobody asked. ksmd looks only at areas with MADV_MERGEABLE (or at all of a process with
# PR_SET_MEMORY_MERGE). Ask for any page: why guest1.ram[0].
why guest1.ram[0]
guest1 madvise ram mergeable
guest2 prctl memory_merge 1
run 5s
observe asked
expect guest1.ram.classes k*4096
expect guest2.ram.classes k*4096
expect guest3.ram.classes a*4096
expect ksm.pages_shared 4096

# Second reason: the memory is of a kind that does not merge. guest3 has its memory in a memfd, guest4 in a shared mapping.
memfd backing 16M
guest3 mmap shm 16M memfd=backing shared
guest3 write shm seed=42
guest3 madvise shm mergeable
expect ok
guest4 mmap shared 16M shared
guest4 write shared seed=42
guest4 madvise shared mergeable
run 5s
observe kinds
expect guest3.shm.KSM 0
expect guest4.shared.KSM 0
why guest3.shm[0]

# Third reason: it changes. What is rewritten between two scans never has the same checksum twice.
guest4 madvise ram mergeable
for i in 0..20
  guest4 write ram seed=10$i
  run 200ms
end
observe volatile
expect guest4.ram.KSM 0
cat /sys/kernel/mm/ksm/pages_volatile

# At rest it merges. guest3 is asked too: four times 16 MiB are one.
guest4 write ram seed=42
guest3 madvise ram mergeable
run 20s
observe rest
expect ksm.pages_sharing 12288
expect guest4.ram.classes k*4096
run 5s
