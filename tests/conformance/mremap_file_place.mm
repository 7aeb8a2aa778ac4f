# A shared or file area that grows by moving keeps the alignment of its offset, where huge pages may come of it and fit
proc p1
p1 mmap a 6M
p1 mremap a[100..300] to b off=64K
p1 mmap b1 64K after=b
p1 mremap b 4M maymove
p1 mmap c 4M shared
p1 mremap c[100..300] to d off=64K
p1 mmap d1 64K after=d
p1 mremap d 4M maymove
file f 4M
p1 mmap e 4M file=f shared
p1 mremap e[100..300] to g off=64K
p1 mmap g1 64K after=g
p1 mremap g 4M maymove
memfd m 4M
p1 mmap h 4M memfd=m shared
p1 mremap h[100..300] to i off=64K
p1 mmap i1 64K after=i
p1 mremap i 4M maymove
p1 mmap j 4M shared
p1 mremap j[100..300] to k off=64K
p1 mmap k1 64K after=k
p1 mremap k 1M maymove
observe plain
sys transparent_hugepage/shmem_enabled always
proc p2
p2 mmap c 4M shared
p2 mremap c[100..300] to d off=64K
p2 mmap d1 64K after=d
p2 mremap d 4M maymove
p2 mmap d2 64K after=d
p2 mremap d 5M maymove
observe one
p2 mmap e 4M shared
p2 mremap e[512..800] to f off=64K
p2 mmap f1 64K after=f
p2 mremap f 4M maymove
file x 4M
p2 mmap g 4M file=x
p2 mremap g[100..300] to h off=64K
p2 mmap h1 64K after=h
p2 mremap h 2M maymove
p2 mmap h2 64K after=h
p2 mremap h 4M maymove
p2 mmap k 4M file=x
p2 write k
p2 mremap k[512..600] to l off=64K
p2 mmap l1 64K after=l
p2 mremap l 2M maymove
observe
