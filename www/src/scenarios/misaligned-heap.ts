import type { Story } from './story.ts';

export const story: Story = {
  tries: ['why app.chunk3[100]', 'why app.heap[0]', 'app madvise chunk3 collapse'],
  en: {
    paragraphs: [
      'Huge pages are on for everybody, every byte is in use, and AnonHugePages is still far below RSS. A huge page needs 2 MiB that are aligned to 2 MiB and lie inside one area. An allocator that asks for 2 MiB at an address of its own choice, thread stacks of 1 MiB, the two ends of any heap: there is no such range in them, and no setting makes one.',
      'Compare the chunks with the arena that the kernel placed. Ask why of any page of a chunk: the check “An aligned block fits” has failed, and everything after it is grey because it was never reached. MADV_COLLAPSE is refused with EINVAL for the same reason. At the end the script maps the same 16 MiB as one aligned area, and eight faults fill it.',
    ],
    tries: ['Why is a chunk not huge?', 'Why not the head of the heap?', 'Insist with MADV_COLLAPSE'],
  },
  zh: {
    paragraphs: [
      '大页对所有人打开，每个字节都在用，AnonHugePages 却远低于 RSS。一个大页需要按 2 MiB 对齐、并且整个落在一个区域之内的 2 MiB。自己挑地址要 2 MiB 的分配器、1 MiB 的线程栈、任何堆的两端：里面没有这样的区间，也没有哪个设置能造出来。',
      '把这些 chunk 和内核自己放置的 arena 比一比。对 chunk 的任一页问 why：“放得下一个对齐块”这项失败，之后的都是灰色，因为根本没走到。MADV_COLLAPSE 也因同一原因以 EINVAL 拒绝。最后脚本把同样的 16 MiB 映射成一个对齐的区域，八次缺页就写满。',
    ],
    tries: ['chunk 为什么不是大页？', '堆的头部为什么不是？', '用 MADV_COLLAPSE 强求'],
  },
};
