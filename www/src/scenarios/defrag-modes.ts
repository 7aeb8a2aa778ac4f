import type { Story } from './story.ts';

export const story: Story = {
  tries: ['cat /proc/buddyinfo', 'cat /proc/vmstat', 'echo 1 > /proc/sys/vm/compact_memory'],
  en: {
    paragraphs: [
      'A quarter of a gigabyte is free and a huge page cannot be had: every second page is in use, so that no 2 MiB lie together. What a fault does then is set by transparent_hugepage/defrag. never takes a small page at once; defer takes it and wakes kcompactd; madvise and defer+madvise let those who asked for huge pages wait for direct compaction; always makes everybody wait. This is the setting behind “sys time at 100 %, faults of seconds”.',
      'Each mode gets an area of its own, advised and not. Count the faults of every write in the console, 8 for 16 MiB in huge pages and 4096 for none, follow thp_fault_fallback and the compact_ counters of /proc/vmstat, and look at the checker-board in the view of physical memory. Compare runs the story once for each mode; compact_memory compacts everything at once.',
    ],
    tries: ['Free blocks by order', 'Show the counters', 'Compact all memory now'],
  },
  zh: {
    paragraphs: [
      '四分之一 GiB 空闲，却得不到一个大页：每隔一页就有一页在用，没有连在一起的 2 MiB。这时缺页怎么办，由 transparent_hugepage/defrag 决定。never 立刻取小页；defer 取小页并唤醒 kcompactd；madvise 和 defer+madvise 让要求大页的人等待直接整理；always 让所有人等。“sys 时间 100 %、一次缺页几秒钟”，背后就是这个设置。',
      '每种模式都有自己的区域，建议过的和没建议的。在控制台数每次写的缺页数：16 MiB 全是大页为 8，全无为 4096；跟踪 /proc/vmstat 的 thp_fault_fallback 和 compact_ 计数，在物理内存视图里看棋盘格。“比较”对每种模式各跑一遍；compact_memory 一次整理全部内存。',
    ],
    tries: ['各阶空闲块', '显示计数器', '现在整理全部内存'],
  },
};
