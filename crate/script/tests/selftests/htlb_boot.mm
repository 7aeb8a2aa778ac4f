# pool rows: two sizes at boot; values that files refuse; sizes that do not exist
machine mem=8G hugepagesz=1G hugepages=1 hugepagesz=2M hugepages=64
proc p1
observe pools
expect hugetlb.Total 64
sys hugepages/hugepages-1048576kB/nr_hugepages
expect value 1
echo abc > /sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages
expect errno EINVAL
echo -1 > /sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages
expect errno EINVAL
echo 18446744073709551616 > /sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages
expect errno ERANGE
echo 1 > /sys/kernel/mm/hugepages/hugepages-1048576kB/nr_overcommit_hugepages
expect errno EINVAL
p1 mmap a 2M hugetlb pagesize=16K
expect errno EINVAL
memfd m 2M hugetlb pagesize=16K
expect errno ENODEV
p1 mmap b 2G hugetlb pagesize=1G
expect errno ENOMEM
