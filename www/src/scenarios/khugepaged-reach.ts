import type { Story } from './story.ts';

export const story: Story = {
  tries: [
    'echo 40960 > /sys/kernel/mm/transparent_hugepage/khugepaged/pages_to_scan',
    'echo 1000 > /sys/kernel/mm/transparent_hugepage/khugepaged/scan_sleep_millisecs',
    'java madvise heap collapse',
  ],
  en: {
    paragraphs: [
      'A gigabyte has been written in small pages, and now it may be huge. khugepaged looks at pages_to_scan=4096 pages, which are eight ranges of 2 MiB, and then sleeps scan_sleep_millisecs=10000. That is 1.6 MiB a second: ten and a half minutes for this heap, and the next process has to wait until its turn comes.',
      'Follow the cursor and its countdown in the legend. The batch job behind it has every second page missing and is refused range by range, which costs the process after it just as much time as success would. Change the two settings and see what the wait becomes, or ask for it at once with MADV_COLLAPSE, which runs in the caller’s own time and asks neither limit.',
    ],
    tries: ['Ten times pages_to_scan', 'Sleep one second', 'Do it now: MADV_COLLAPSE'],
  },
  zh: {
    paragraphs: [
      '一个 GiB 已用小页写满，现在才允许成为大页。khugepaged 每次看 pages_to_scan=4096 页，也就是八个 2 MiB 区间，然后睡 scan_sleep_millisecs=10000。合每秒 1.6 MiB：这个堆要十分半钟，排在后面的进程还得等到轮到自己。',
      '跟着图例里的游标和倒计时看。后面的批处理任务每隔一页就缺一页，一个个区间被拒绝，而拒绝和成功一样耽误再后面的进程。改这两个设置，看等待变成多少；或者用 MADV_COLLAPSE 立刻要求，它花的是调用者自己的时间，也不问那两个上限。',
    ],
    tries: ['pages_to_scan 乘以十', '只睡一秒', '立刻做：MADV_COLLAPSE'],
  },
};
