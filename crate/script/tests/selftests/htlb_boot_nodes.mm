# pool rows: pages by node at boot; turns of the nodes; one node's file
machine mem=2G nodes=2 hugepages=0:2,1:4
proc p1
observe by node
expect hugetlb.Total 6
cat /sys/devices/system/node/node0/hugepages/hugepages-2048kB/nr_hugepages
vm nr_hugepages 0
vm nr_hugepages 5
observe in turn
expect hugetlb.Total 5
echo 4 > /sys/devices/system/node/node1/hugepages/hugepages-2048kB/nr_hugepages
echo 0 > /sys/devices/system/node/node0/hugepages/hugepages-2048kB/nr_hugepages
observe node 1 alone
expect hugetlb.Total 4
p1 mmap a 2M hugetlb
p1 mbind a bind:0
p1 write a[0]
expect signal SIGBUS
p1 mmap b 2M hugetlb
p1 mbind b bind:1
p1 write b[0]
expect ok
