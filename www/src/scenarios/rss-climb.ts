import type { Story } from './story.ts';

export const story: Story = {
  tries: [
    'echo 0 > /sys/kernel/mm/transparent_hugepage/khugepaged/max_ptes_none',
    'echo 100 > /sys/kernel/mm/transparent_hugepage/khugepaged/scan_sleep_millisecs',
    'redis madvise heap nohugepage',
  ],
  en: {
    paragraphs: [
      'A program has filled 2 GiB, advised to be huge. Its allocator gives all but every 33rd page back with MADV_DONTNEED, and RSS falls to 70 MiB, as it should. Then nobody writes a byte, and RSS climbs back to 2 GiB: khugepaged finds 15 or 16 pages in each 2 MiB range, and max_ptes_none=511 lets it fill up to 511 holes with zeros to make a huge page of them.',
      'Watch khugepaged go through the heap eight ranges at a time, and RSS follow it in the chart. Click a range it has not reached and read its check list: which limit would have to be lower for it to be left alone? After 22 minutes the script does the same with max_ptes_none=0, and RSS stays down.',
    ],
    tries: ['Set max_ptes_none to 0 now', 'Wake khugepaged every 100 ms', 'Advise the heap nohugepage'],
  },
  zh: {
    paragraphs: [
      '一个程序写满了 2 GiB，并建议使用大页。分配器用 MADV_DONTNEED 归还每 33 页中的 32 页，RSS 如期降到 70 MiB。此后没有人写过一个字节，RSS 却爬回 2 GiB：khugepaged 在每个 2 MiB 区间里找到 15 或 16 页，而 max_ptes_none=511 允许它用零填上至多 511 个空洞，凑成一个大页。',
      '看 khugepaged 每次走过堆里的八个区间，图表中的 RSS 随之上升。点一个它还没到的区间，读它的检查清单：哪个上限要降低，它才会被放过？22 分钟后脚本以 max_ptes_none=0 再做一遍，RSS 不再上涨。',
    ],
    tries: ['现在把 max_ptes_none 设为 0', '让 khugepaged 每 100 ms 醒一次', '建议 heap 不用大页'],
  },
};
