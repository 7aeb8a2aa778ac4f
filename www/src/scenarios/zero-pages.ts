import type { Story } from './story.ts';

export const story: Story = {
  tries: ['app read heap', 'echo 0 > /sys/kernel/mm/transparent_hugepage/use_zero_page', 'cat /proc/app/smaps_rollup'],
  en: {
    paragraphs: [
      'Zeros are the commonest contents of memory, and the kernel has four ways not to store them. Reading memory that was never written maps the one zero page, 4 KiB or 2 MiB, and RSS stays 0. Zeros that were written are ordinary pages until ksmd merges them, to at most 256 sharers a page; with use_zero_pages it maps the zero page instead and keeps nothing. And huge pages that are mostly zeros are split by the shrinker when memory is short.',
      'Follow the cells from pale (zero page) to blue (written) to orange (merged) and back to pale. Compare RSS after each step with what was mapped. The last one depends on max_ptes_none: at 511, the default, a huge page with one byte in it is never called underused. Compare shows it for three values.',
    ],
    tries: ['Read all of the heap', 'No huge zero page from now on', 'Sum of all areas'],
  },
  zh: {
    paragraphs: [
      '零是内存里最常见的内容，内核有四种不存它的办法。读从未写过的内存会映射唯一的零页，4 KiB 或 2 MiB，RSS 保持 0。写出来的零是普通页，直到 ksmd 把它们合并，每页至多 256 个共享者；打开 use_zero_pages，它改为映射零页，什么也不留。而大部分为零的大页，在缺内存时由收缩器拆开。',
      '跟着格子从浅色（零页）到蓝色（写过）到橙色（已合并）再回到浅色。把每一步之后的 RSS 和映射的大小比一比。最后一步取决于 max_ptes_none：在默认的 511 下，里面只有一个字节的大页也不算闲置。“比较”给出三个取值的结果。',
    ],
    tries: ['把 heap 全读一遍', '不再用大零页', '所有区域之和'],
  },
};
