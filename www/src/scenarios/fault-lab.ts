import type { Story } from './story.ts';

export const story: Story = {
  tries: ['lab mmap more 4M', 'lab write more', 'cat /proc/vmstat'],
  en: {
    paragraphs: [
      'Every course on operating systems has this exercise: touch 1024 pages, print the number of page faults. Some students get 1024, some get 2, some 0, and all of them are right. It depends on transparent_hugepage/enabled, on whether the page was read before it was written, on MAP_POPULATE and on the folio sizes that are switched on.',
      'Every line of the script that expects a number is checked while it plays: look for “pass” in the console. Click a page of any of the arrays to see which entry maps it, then change enabled or one of the hugepages-…kB sizes, map another array and count again.',
    ],
    tries: ['Map another array', 'Touch it: how many faults?', 'Show the counters'],
  },
  zh: {
    paragraphs: [
      '每门操作系统课都有这道题：访问 1024 页，打印缺页次数。有的学生得到 1024，有的得到 2，有的得到 0，而且都对。结果取决于 transparent_hugepage/enabled，取决于写之前是否读过，取决于 MAP_POPULATE，也取决于打开了哪些 folio 大小。',
      '脚本里每个期望数字的行都在播放时检查：在控制台里找 “pass”。点任一数组的一页，看是哪种表项映射它；再改 enabled 或某个 hugepages-…kB 的大小，映射一个新数组，重新数一遍。',
    ],
    tries: ['再映射一个数组', '访问它：几次缺页？', '显示计数器'],
  },
};
