import type { Story } from './story.ts';

export const story: Story = {
  tries: ['why guest1.ram[0]', 'guest3 madvise ram mergeable', 'cat /proc/guest1/ksm_stat'],
  en: {
    paragraphs: [
      'KSM is switched on, four guests hold the same image, and pages_shared stays 0. There are three usual reasons. Nobody asked: an area needs MADV_MERGEABLE, or its process PR_SET_MEMORY_MERGE. The memory is of the wrong kind: only private anonymous pages merge, not a memfd, not a shared mapping, not hugetlb; madvise succeeds all the same and does nothing. Or the pages change faster than they are scanned.',
      'Ask why of a page of each guest and read the list of ksmd: the first failed check is the reason. Watch what happens when guest1 is advised and guest2 is opted in as a whole, when guest3 tries with shared memory, when guest4 rewrites everything five times a second, and when at last all of them sit still: 64 MiB become 16.',
    ],
    tries: ['Why is it not merged?', 'Advise the memory of guest3', 'What KSM says of guest1'],
  },
  zh: {
    paragraphs: [
      'KSM 已打开，四台虚拟机装着同一镜像，pages_shared 却一直是 0。通常有三个原因。没有人要求：区域需要 MADV_MERGEABLE，或进程需要 PR_SET_MEMORY_MERGE。内存种类不对：只有私有匿名页会合并，memfd、共享映射、hugetlb 都不行；madvise 照样成功，却什么也不做。或者页变得比扫描还快。',
      '对每台虚拟机的一页问 why，读 ksmd 的清单：第一项失败的检查就是原因。看 guest1 被建议、guest2 整体加入时发生什么，guest3 用共享内存去试、guest4 每秒五次全部重写时又怎样；最后大家都静下来：64 MiB 变成 16 MiB。',
    ],
    tries: ['为什么没合并？', '建议 guest3 的内存可合并', 'KSM 怎么说 guest1'],
  },
};
