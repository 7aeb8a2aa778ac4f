import type { Story } from './story.ts';

export const story: Story = {
  tries: [
    'echo always > /sys/kernel/mm/transparent_hugepage/hugepages-256kB/enabled',
    'app mmap again 4M',
    'app write again[0..1024:16]',
  ],
  en: {
    paragraphs: [
      'Since 6.8 anonymous memory need not choose between 4 KiB and 2 MiB. Each size from 16 KiB to 1 MiB has its own enabled file, and a fault takes the largest that is switched on, fits into the area and finds nothing in its way. 64 KiB turn 1024 faults into 64. The price is memory: one byte in every 64 KiB keeps all of it.',
      'The digit in a cell is the order of its folio: 2 is 16 KiB, 4 is 64 KiB, 8 is 1 MiB; zoom in to read it. See how the fault handler fits 1080 KiB with three sizes, and how a folio with a hole stays whole until the shrinker comes. Switch another size on, map a new region and touch it sparsely: which size gives you how much RSS?',
    ],
    tries: ['Switch 256 KiB on', 'Map a new region', 'Touch every 16th page'],
  },
  zh: {
    paragraphs: [
      '从 6.8 起，匿名内存不必在 4 KiB 和 2 MiB 之间二选一。从 16 KiB 到 1 MiB 的每种大小都有自己的 enabled 文件，缺页时取已打开的、放得进区域、又没有东西挡路的最大者。64 KiB 把 1024 次缺页变成 64 次。代价是内存：每 64 KiB 写一个字节，就占住全部。',
      '格子里的数字是 folio 的阶：2 是 16 KiB，4 是 64 KiB，8 是 1 MiB；放大就能看清。看缺页处理怎样用三种大小拼出 1080 KiB，看有洞的 folio 怎样保持完整直到收缩器来。再打开一种大小，映射新区域并稀疏地访问：哪种大小给你多少 RSS？',
    ],
    tries: ['打开 256 KiB', '映射一个新区域', '每 16 页访问一页'],
  },
};
