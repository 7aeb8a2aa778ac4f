import type { Story } from './story.ts';

export const story: Story = {
  tries: ['echo 0 > /sys/kernel/mm/ksm/smart_scan', 'echo 1 > /sys/kernel/mm/ksm/smart_scan', 'guest2 write ram[6000..8000] seed=1'],
  en: {
    paragraphs: [
      'Most pages that ksmd did not merge the first time it will never merge, and it used to read every one of them in every scan. smart_scan, on by default since 6.7, remembers: a page that was scanned a few times in vain is passed over once, then twice, four times, eight times. With two guests that have nothing in common, seven pages are skipped for each one that is read.',
      'The price is patience. When the guests load the same library, ksmd finds it only as the turn of each page comes up, within eight scans; with smart_scan off it merges on the second. Look at pages_skipped, pages_scanned and full_scans in the console and pages_sharing in the chart, switch smart_scan while it runs, and write something equal into both guests.',
    ],
    tries: ['smart_scan off', 'smart_scan on', 'Make 2000 pages of the guests equal'],
  },
  zh: {
    paragraphs: [
      'ksmd 第一次没合并的页，多半永远不会合并，而它过去每轮扫描都要全部读一遍。6.7 起默认打开的 smart_scan 会记住：几次扫描无果的页先被跳过一次，再两次、四次、八次。两台毫无共同点的虚拟机里，每读一页就跳过七页。',
      '代价是耐心。当两台虚拟机载入同一个库，ksmd 要等到每页轮到时才发现，最多八轮；关掉 smart_scan 则第二轮就合并。在控制台看 pages_skipped、pages_scanned 和 full_scans，在图表看 pages_sharing；运行中切换 smart_scan，再往两台虚拟机写相同的内容。',
    ],
    tries: ['关掉 smart_scan', '打开 smart_scan', '让两台虚拟机有 2000 页相同'],
  },
};
