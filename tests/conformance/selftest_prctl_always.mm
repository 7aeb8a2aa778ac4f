# prctl_thp_disable with enabled=always: in a process and in its child, each state, each advice
proc p1
sys transparent_hugepage/enabled always
p1 prctl thp_disable 1
p1 fork c0
p1 mmap p1no0 4M off=1M
p1 write p1no0[256..768]
p1 mprotect p1no0[256..768] r
p1 mmap p1nh0 4M off=1M
p1 madvise p1nh0[256..768] nohugepage
p1 write p1nh0[256..768]
p1 mprotect p1nh0[256..768] r
p1 mmap p1hu0 4M off=1M
p1 madvise p1hu0[256..768] hugepage
p1 write p1hu0[256..768]
p1 mprotect p1hu0[256..768] r
p1 mmap p1co0 4M off=1M
p1 write p1co0[256..768]
p1 madvise p1co0[256..768] collapse
p1 mprotect p1co0[256..768] r
observe p1 disable 1
p1 munmap p1no0
p1 munmap p1nh0
p1 munmap p1hu0
p1 munmap p1co0
c0 mmap c0no0 4M off=1M
c0 write c0no0[256..768]
c0 mprotect c0no0[256..768] r
c0 mmap c0nh0 4M off=1M
c0 madvise c0nh0[256..768] nohugepage
c0 write c0nh0[256..768]
c0 mprotect c0nh0[256..768] r
c0 mmap c0hu0 4M off=1M
c0 madvise c0hu0[256..768] hugepage
c0 write c0hu0[256..768]
c0 mprotect c0hu0[256..768] r
c0 mmap c0co0 4M off=1M
c0 write c0co0[256..768]
c0 madvise c0co0[256..768] collapse
c0 mprotect c0co0[256..768] r
observe c0 disable 1
c0 munmap c0no0
c0 munmap c0nh0
c0 munmap c0hu0
c0 munmap c0co0
c0 exit
p1 prctl thp_disable 1 2
p1 fork c1
p1 mmap p1no1 4M off=1M
p1 write p1no1[256..768]
p1 mprotect p1no1[256..768] r
p1 mmap p1nh1 4M off=1M
p1 madvise p1nh1[256..768] nohugepage
p1 write p1nh1[256..768]
p1 mprotect p1nh1[256..768] r
p1 mmap p1hu1 4M off=1M
p1 madvise p1hu1[256..768] hugepage
p1 write p1hu1[256..768]
p1 mprotect p1hu1[256..768] r
p1 mmap p1co1 4M off=1M
p1 write p1co1[256..768]
p1 madvise p1co1[256..768] collapse
p1 mprotect p1co1[256..768] r
observe p1 disable 1_2
p1 munmap p1no1
p1 munmap p1nh1
p1 munmap p1hu1
p1 munmap p1co1
c1 mmap c1no1 4M off=1M
c1 write c1no1[256..768]
c1 mprotect c1no1[256..768] r
c1 mmap c1nh1 4M off=1M
c1 madvise c1nh1[256..768] nohugepage
c1 write c1nh1[256..768]
c1 mprotect c1nh1[256..768] r
c1 mmap c1hu1 4M off=1M
c1 madvise c1hu1[256..768] hugepage
c1 write c1hu1[256..768]
c1 mprotect c1hu1[256..768] r
c1 mmap c1co1 4M off=1M
c1 write c1co1[256..768]
c1 madvise c1co1[256..768] collapse
c1 mprotect c1co1[256..768] r
observe c1 disable 1_2
c1 munmap c1no1
c1 munmap c1nh1
c1 munmap c1hu1
c1 munmap c1co1
c1 exit
p1 prctl thp_disable 0
p1 fork c2
p1 mmap p1no2 4M off=1M
p1 write p1no2[256..768]
p1 mprotect p1no2[256..768] r
p1 mmap p1nh2 4M off=1M
p1 madvise p1nh2[256..768] nohugepage
p1 write p1nh2[256..768]
p1 mprotect p1nh2[256..768] r
p1 mmap p1hu2 4M off=1M
p1 madvise p1hu2[256..768] hugepage
p1 write p1hu2[256..768]
p1 mprotect p1hu2[256..768] r
p1 mmap p1co2 4M off=1M
p1 write p1co2[256..768]
p1 madvise p1co2[256..768] collapse
p1 mprotect p1co2[256..768] r
observe p1 disable 0
p1 munmap p1no2
p1 munmap p1nh2
p1 munmap p1hu2
p1 munmap p1co2
c2 mmap c2no2 4M off=1M
c2 write c2no2[256..768]
c2 mprotect c2no2[256..768] r
c2 mmap c2nh2 4M off=1M
c2 madvise c2nh2[256..768] nohugepage
c2 write c2nh2[256..768]
c2 mprotect c2nh2[256..768] r
c2 mmap c2hu2 4M off=1M
c2 madvise c2hu2[256..768] hugepage
c2 write c2hu2[256..768]
c2 mprotect c2hu2[256..768] r
c2 mmap c2co2 4M off=1M
c2 write c2co2[256..768]
c2 madvise c2co2[256..768] collapse
c2 mprotect c2co2[256..768] r
observe c2 disable 0
c2 munmap c2no2
c2 munmap c2nh2
c2 munmap c2hu2
c2 munmap c2co2
c2 exit
