# lazily freed small pages and a collapse
proc p1
p1 mmap a 2M
p1 write a seed=1
p1 madvise a free
observe free
p1 madvise a collapse
observe huge
p1 check a seed=1
