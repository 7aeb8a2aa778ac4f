# gigantic pages at run time: what is in the way moves; a pinned page stays, and with it its GiB
machine mem=5G
proc p1
p1 mmap a 600M
p1 write a seed=1
p1 mmap h 8M
p1 madvise h hugepage
p1 write h seed=2
fragment 90% seed=1 movable
sys hugepages/hugepages-1048576kB/nr_hugepages 2
sys hugepages/hugepages-1048576kB/free_hugepages
expect value 2
p1 check a seed=1
expect differ 0
p1 check h seed=2
expect differ 0
observe huge pages are moved whole
expect p1.h.AnonHugePages 8192
sys hugepages/hugepages-1048576kB/nr_hugepages 0
fragment 90% seed=1
sys hugepages/hugepages-1048576kB/nr_hugepages 2
sys hugepages/hugepages-1048576kB/free_hugepages
expect value 0
cat /proc/vmstat
