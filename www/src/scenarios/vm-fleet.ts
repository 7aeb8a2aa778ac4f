import type { Story } from './story.ts';

export const story: Story = {
  tries: ['echo 4000 > /sys/kernel/mm/ksm/pages_to_scan', 'echo 2 > /sys/kernel/mm/ksm/run', 'guest1 fork guest9'],
  en: {
    paragraphs: [
      'Eight guests of 64 MiB boot from one image. Every fifth page of it they have written themselves, and a quarter of their memory is still zero. ksmd merges what is equal, but not before its second scan: a page must first be found unchanged once.',
      'Then the guests write, and each write to a merged page takes a copy. Watch pages_sharing fall and come back in the chart, open the KSM trees, and see how pages_to_scan, sleep_millisecs and smart_scan decide how fast; Compare runs the whole story once for each value.',
    ],
    tries: ['Scan 4000 pages at a time', 'Undo all merging: run = 2', 'Fork a guest'],
  },
  zh: {
    paragraphs: [
      '八台 64 MiB 的虚拟机从同一镜像启动。其中每五页有一页是各自写过的，四分之一的内存仍然全零。ksmd 合并相同的页，但要到第二轮扫描：一页必须先有一次被发现没有变化。',
      '之后虚拟机开始写入，每次写已合并的页都会复制一份。在图表中看 pages_sharing 如何下降又恢复，打开 KSM 树，看 pages_to_scan、sleep_millisecs 和 smart_scan 如何决定快慢；“比较”会对每个取值把整个故事各跑一遍。',
    ],
    tries: ['每次扫描 4000 页', '撤销全部合并：run = 2', '复制一台虚拟机（fork）'],
  },
};
