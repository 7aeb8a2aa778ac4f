# hugetlb_cma=: 1 GiB pages of memory kept for them at boot, and of nothing else if that is asked for
machine mem=6G hugetlb_cma=2G hugetlb_cma_only=on hugepagesz=1G hugepages=1
proc p1
sys hugepages/hugepages-1048576kB/nr_hugepages
expect value 1
hog 3G
expect ok
sys hugepages/hugepages-1048576kB/nr_hugepages 4
sys hugepages/hugepages-1048576kB/nr_hugepages
expect value 2
p1 mmap a 2G hugetlb pagesize=1G
expect ok
p1 write a[0..524288:262144]
expect ok
observe both used
expect p1.a.Private_Hugetlb 2097152
p1 munmap a
sys hugepages/hugepages-1048576kB/nr_hugepages 0
expect value 0
sys hugepages/hugepages-1048576kB/nr_hugepages 2
expect value 2
cat /proc/meminfo
