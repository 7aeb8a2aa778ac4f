import type { Story } from './story.ts';

export const story: Story = {
  tries: [
    'echo always > /sys/kernel/mm/transparent_hugepage/shmem_enabled',
    'app fallocate cache punch 3M 4K',
    'reader madvise view collapse',
  ],
  en: {
    paragraphs: [
      'Databases and browsers keep gigabytes in memfds and in tmpfs, and enabled=always does nothing for them: shared memory has a switch of its own, shmem_enabled, and its default is never. With advise the same 16 MiB take 8 faults instead of 4096, and the huge pages belong to the file, so that everybody who maps it aligned and advised gets them too.',
      'Look at what a huge page of a file means for others: khugepaged collapses the file and takes it out of all page tables, so RSS drops to 0 until the next access; a hole of 4 KiB punched by one process splits the page for all. Then eight files with one byte each show what always costs and within_size does not. Change shmem_enabled and write again.',
    ],
    tries: ['shmem_enabled = always', 'Punch a hole into the first file', 'Collapse the reader’s view'],
  },
  zh: {
    paragraphs: [
      '数据库和浏览器把成 GiB 的数据放在 memfd 和 tmpfs 里，而 enabled=always 对它们毫无作用：共享内存有自己的开关 shmem_enabled，默认是 never。改成 advise，同样的 16 MiB 只要 8 次缺页而不是 4096 次；大页属于文件，凡是对齐映射并给出建议的进程都用得到。',
      '看文件的大页对别人意味着什么：khugepaged 合并的是文件，并把它从所有页表中取出，RSS 降到 0，直到下次访问；一个进程打的 4 KiB 的洞，让所有人的大页都拆开。之后八个各写一字节的文件显示 always 的代价，而 within_size 没有。改 shmem_enabled，再写一次。',
    ],
    tries: ['shmem_enabled = always', '在第一个文件里打洞', '让 reader 的视图合并'],
  },
};
