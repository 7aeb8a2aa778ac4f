import type { Story } from './story.ts';

export const story: Story = {
  tries: ['cat /proc/meminfo', 'echo 16 > /proc/sys/vm/nr_hugepages', 'echo 4 > /proc/sys/vm/nr_overcommit_hugepages'],
  en: {
    paragraphs: [
      'HugePages_Free says 4, a program touches its page, and the kernel kills it with SIGBUS. Free is not what is free to take: HugePages_Rsvd of them are promised to mappings that have not touched theirs yet. mmap with MAP_HUGETLB makes that promise and fails with ENOMEM if it cannot; MAP_NORESERVE makes none, and the bill comes at the first touch. “huge_pages=try” in a container with a smaller limit meets the same end.',
      'The second way to die is fork. A write by the parent needs a page that nobody reserved; when the pool is empty the kernel takes the page from the child, whose next access is SIGBUS. Watch Free, Rsvd and Surp in the console at each step, give the pool more pages or allow surplus pages while it plays, and see which of the failures go away.',
    ],
    tries: ['Show the pool', 'A pool of 16', 'Allow 4 surplus pages'],
  },
  zh: {
    paragraphs: [
      'HugePages_Free 显示 4，程序一碰它的页，内核就用 SIGBUS 杀了它。Free 并不是可以拿的数：其中 HugePages_Rsvd 个已许给还没碰过自己那页的映射。带 MAP_HUGETLB 的 mmap 会作出承诺，做不到就以 ENOMEM 失败；MAP_NORESERVE 什么也不承诺，账单在第一次访问时到。容器限额更小时的 “huge_pages=try” 也是同样下场。',
      '第二种死法是 fork。父进程的写需要一页没人预留的页；池子空了，内核就把页从子进程那里收走，子进程下次访问便是 SIGBUS。在控制台看每一步的 Free、Rsvd 和 Surp；播放时给池子加页，或允许超额页，看哪些失败会消失。',
    ],
    tries: ['显示池子', '池子加到 16', '允许 4 个超额页'],
  },
};
