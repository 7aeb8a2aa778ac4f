import type { Story } from './story.ts';

export const story: Story = {
  tries: ['echo 2 > /proc/sys/vm/drop_caches', 'why app.heap[0]', 'app munmap heap'],
  en: {
    paragraphs: [
      'An allocator returns 63.9 of 64 MiB, page by page. RSS falls as it should, and not one page becomes free: the first MADV_DONTNEED in a huge page splits its mapping, but the page itself stays in one piece and waits in the deferred split queue. MemFree moves only when somebody is short of memory, or asks as root with drop_caches.',
      'Put RSS and free memory into one chart: two lines that should be mirror images, and are not. Light green cells are parts of a huge page mapped by small entries; in the view of physical memory the whole page is still there. Then the shrinker splits all 32, and a minute later khugepaged, for which one page in 512 is enough, puts the 64 MiB back.',
    ],
    tries: ['Run the shrinkers now', 'What would khugepaged say?', 'Give it all back'],
  },
  zh: {
    paragraphs: [
      '分配器一页一页归还了 64 MiB 中的 63.9 MiB。RSS 如期下降，却没有一页变成空闲：大页里的第一次 MADV_DONTNEED 拆开了映射，页本身仍是一整块，排在延迟拆分队列里。要等到有人缺内存，或 root 用 drop_caches 要求，MemFree 才会动。',
      '把 RSS 和空闲内存放进同一张图：本该互为镜像的两条线，并不是。浅绿的格子是由小表项映射的大页的一部分；在物理内存视图里，整页还在。随后收缩器拆开全部 32 个，而一分钟后，512 页里有一页就够的 khugepaged 又把 64 MiB 填了回去。',
    ],
    tries: ['现在运行收缩器', 'khugepaged 会怎么说？', '全部归还'],
  },
};
