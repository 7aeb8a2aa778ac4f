import type { Story } from './story.ts';

export const story: Story = {
  tries: ['redis fork saver2', 'redis write heap[0..65536:512]', 'redis madvise heap nohugepage'],
  en: {
    paragraphs: [
      'Redis warns about transparent huge pages: after the fork that writes a snapshot, each small write was said to copy 2 MiB. That was so until Linux 5.8. Here a write to a shared huge page splits the mapping and copies 4 KiB, exactly what it would copy without huge pages; watch Private_Dirty reach 8 MiB after 2048 writes, both times.',
      'What THP costs today is something else. After the first write a range is 512 small entries, the old huge page cannot be freed while one of its pages is shared, and AnonHugePages of the store is 0 until khugepaged has repaired it. What it saves is the fork itself, which copies 128 entries instead of 65 536. Fork again, and look at the heap during and after; Compare runs it with enabled never, madvise and always.',
    ],
    tries: ['Fork once more', 'Write into every range', 'Advise the heap nohugepage'],
  },
  zh: {
    paragraphs: [
      'Redis 警告人们关掉透明大页：为写快照而 fork 之后，据说每个小小的写都要复制 2 MiB。Linux 5.8 之前确实如此。而在这里，写共享的大页只会拆开映射并复制 4 KiB，和没有大页时完全一样；看 Private_Dirty 两次都在 2048 次写之后到达 8 MiB。',
      '今天 THP 的代价在别处。第一次写之后，一个区间就成了 512 个小表项；旧的大页只要还有一页被共享就不能释放；在 khugepaged 修好之前，AnonHugePages 一直是 0。它省下的是 fork 本身：复制 128 个表项，而不是 65 536 个。再 fork 一次，看写的当中和之后的堆；“比较”会用 enabled 的 never、madvise、always 各跑一遍。',
    ],
    tries: ['再 fork 一次', '写每一个区间', '建议 heap 不用大页'],
  },
};
