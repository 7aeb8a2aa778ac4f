# gigantic pages at run time: what is in the way moves; a pinned page stays, and with it its GiB
machine mem=5G
proc p1
p1 mmap a 600M
p1 write a seed=1
sys hugepages/hugepages-1048576kB/nr_hugepages 4
sys hugepages/hugepages-1048576kB/free_hugepages
expect value 3
p1 check a seed=1
expect differ 0
sys hugepages/hugepages-1048576kB/nr_hugepages 0
p1 munmap a
p1 mmap b 4K
p1 write b
p1 pin b
sys hugepages/hugepages-1048576kB/nr_hugepages 4
observe pinned
p1 read b
