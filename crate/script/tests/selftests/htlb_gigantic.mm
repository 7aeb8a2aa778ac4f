# pool rows: demotion of 1 GiB pages, and 1 GiB as the default size
machine mem=8G default_hugepagesz=1G hugepages=2
proc p1
vm nr_overcommit_hugepages 1
expect errno EINVAL
observe two of 1 GiB
expect hugetlb.Total 2
echo 1 > /sys/kernel/mm/hugepages/hugepages-1048576kB/demote
expect ok
observe one split
expect hugetlb.Total 1
sys hugepages/hugepages-2048kB/nr_hugepages
expect value 512
sys hugepages/hugepages-2048kB/free_hugepages
expect value 512
p1 mmap a 1G hugetlb
expect ok
observe the other promised
expect hugetlb.Rsvd 1
echo 1 > /sys/kernel/mm/hugepages/hugepages-1048576kB/demote
expect ok
observe nothing changes
expect hugetlb.Total 1
sys hugepages/hugepages-2048kB/nr_hugepages
expect value 512
