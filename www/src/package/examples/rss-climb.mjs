// What 22 minutes of khugepaged do to a heap that was freed, as CSV: node rss-climb.mjs > rss-climb.csv
import { Machine } from 'mm-playground';

const script = `
machine mem=4G
proc redis
redis mmap heap 2G
redis madvise heap hugepage
redis write heap seed=1
run 10s
for i in 1..33
  redis madvise heap[$i..524288:33] dontneed
end
run 22m
echo 0 > /sys/kernel/mm/transparent_hugepage/khugepaged/max_ptes_none
for i in 1..33
  redis madvise heap[$i..524288:33] dontneed
end
run 10m
`;
const machine = await Machine.create({ script });
console.log('seconds,rss_kb,anon_huge_kb,pages_collapsed');
for await (const { nowNs, line, totals } of machine.play({ every: '10s' })) {
  if (line === null) console.log([nowNs / 1e9, totals.rssKb, totals.anonHugeKb, totals.pagesCollapsed].join());
}
