//! A third party's parser reads the texts and gets the same numbers.

use super::{BASE, World, at};
use mm_engine::vm::addr::{Pfn, Pid};
use procfs_core::process::{
    MMPermissions, MMapPath, MemoryMaps, MemoryPageFlags, PageInfo, SmapsRollup, StatM, Status,
};
use procfs_core::{FromBufRead, FromRead, Meminfo, PhysicalPageFlags, VmStat};

fn parse<T: FromBufRead>(text: &str) -> T {
    T::from_buf_read(text.as_bytes()).unwrap_or_else(|e| panic!("{e}:\n{text}"))
}

#[test]
fn meminfo() {
    let w = World::new();
    let m: Meminfo = parse(&w.cat("/proc/meminfo"));
    let s = w.m.stats();
    let pages = |n: i64| n as u64 * 4096;
    assert_eq!(m.mem_total, w.m.nr_managed_pages() * 4096);
    assert_eq!(m.mem_free, w.m.nr_free_pages() * 4096);
    assert_eq!(m.mem_available, Some(w.m.mem_available_pages() * 4096));
    assert_eq!(m.committed_as, w.m.committed_pages() * 4096);
    assert_eq!(
        (m.active, m.inactive),
        (
            pages(s.nr_active_anon),
            pages(s.nr_inactive_anon + s.nr_inactive_file)
        )
    );
    assert_eq!(m.anon_pages, Some(pages(s.nr_anon_pages)));
    assert_eq!(
        m.anon_hugepages,
        Some((s.nr_anon_transparent_hugepages as u64) << 21)
    );
    assert_eq!(m.page_tables, Some(pages(s.nr_page_table_pages)));
    assert_eq!(
        (m.mlocked, m.unevictable),
        (Some(pages(s.nr_mlock)), Some(pages(s.nr_unevictable)))
    );
    assert_eq!(
        (m.hugepages_total, m.hugepagesize, m.hugetlb),
        (Some(0), Some(2 << 20), Some(0))
    );
    assert_eq!((m.swap_total, m.cached, m.shmem), (0, 0, Some(0)));
}

#[test]
fn vmstat() {
    let w = World::new();
    let v: VmStat = parse(&w.cat("/proc/vmstat"));
    for (name, value) in w.m.stats().vm.entries() {
        assert_eq!(v.0.get(name), Some(&value), "{name}");
    }
    // As many lines as Linux 6.18.44 prints.
    assert_eq!(
        (v.0.len(), v.0.get("nr_free_pages")),
        (192, Some(&(w.m.nr_free_pages() as i64)))
    );
}

#[test]
fn maps_and_smaps() {
    let w = World::new();
    for (name, pid) in [("heap", w.heap), ("child", w.child)] {
        let maps: MemoryMaps = parse(&w.cat(&format!("/proc/{name}/maps")));
        let smaps: MemoryMaps = parse(&w.cat(&format!("/proc/{name}/smaps")));
        let entries = w.m.smaps(pid);
        assert_eq!((maps.len(), smaps.len()), (entries.len(), entries.len()));
        for ((map, smap), e) in maps.iter().zip(&smaps).zip(&entries) {
            for m in [map, smap] {
                assert_eq!(
                    (m.address, m.offset, m.dev, m.inode),
                    ((e.start, e.end), 0, (0, 0), 0)
                );
                assert_eq!(m.pathname, MMapPath::Anonymous);
                let write = e.flags.perm().contains('w');
                assert_eq!(m.perms.contains(MMPermissions::WRITE), write);
                assert!(
                    m.perms
                        .contains(MMPermissions::READ | MMPermissions::PRIVATE)
                );
            }
            for (field, kb) in e.fields() {
                assert_eq!(
                    smap.extension.map.get(field),
                    Some(&(kb * 1024)),
                    "{name} {:#x} {field}",
                    e.start
                );
            }
            assert_eq!(
                smap.extension.map.get("THPeligible"),
                Some(&u64::from(e.thp_eligible))
            );
            assert_eq!(smap.extension.map.len(), 23);
        }
    }
}

#[test]
fn rollup_is_the_sum() {
    let w = World::new();
    let SmapsRollup { memory_map_rollup } = parse(&w.cat("/proc/heap/smaps_rollup"));
    let rollup = memory_map_rollup.iter().next().expect("one entry");
    let entries = w.m.smaps(w.heap);
    assert_eq!(rollup.address, (BASE, entries.last().expect("areas").end));
    assert_eq!(rollup.pathname, MMapPath::Rollup);
    for (i, (field, _)) in entries[0].fields().into_iter().enumerate().skip(3) {
        let sum: u64 = entries.iter().map(|e| e.fields()[i].1).sum();
        let got = rollup.extension.map.get(field).map(|bytes| bytes / 1024);
        // Proportional sizes are rounded once here, and once an area there.
        let rounded = if matches!(field, "Pss" | "Pss_Dirty" | "Locked") {
            entries.len() as u64
        } else {
            0
        };
        assert!(
            got.is_some_and(|kb| (sum..=sum + rounded).contains(&kb)),
            "{field}: {got:?}, sum {sum}"
        );
    }
    let anon = rollup.extension.map.get("Pss_Anon");
    assert_eq!(anon, rollup.extension.map.get("Pss"));
}

#[test]
fn status_and_statm() {
    let w = World::new();
    let s: Status = parse(&w.cat("/proc/heap/status"));
    let smaps = w.m.smaps(w.heap);
    let size: u64 = smaps.iter().map(|e| e.size).sum();
    let rss: u64 = smaps.iter().map(|e| e.rss).sum();
    assert_eq!(
        (s.name.as_str(), s.pid, s.state.as_str()),
        ("heap", w.heap.0 as i32, "S (sleeping)")
    );
    assert_eq!(
        (s.vmsize, s.vmrss, s.rssanon),
        (Some(size), Some(rss), Some(rss))
    );
    assert_eq!(
        (s.vmlck, s.vmdata, s.vmswap, s.hugetlbpages),
        (Some(20), Some(size), Some(0), Some(0))
    );
    assert_eq!(
        (s.thp_enabled, s.core_dumping, s.threads),
        (Some(true), Some(false), 1)
    );
    assert_eq!(
        (s.cpus_allowed, s.cpus_allowed_list),
        (Some(vec![3]), Some(vec![(0, 1)]))
    );
    assert_eq!(s.mems_allowed_list, Some(vec![(0, 0)]));
    let m = StatM::from_read(w.cat("/proc/heap/statm").as_bytes()).unwrap();
    assert_eq!(
        (m.size, m.resident, m.shared, m.data),
        (size / 4, rss / 4, 0, size / 4)
    );
}

#[test]
fn words_of_pages() {
    let w = World::new();
    let word = |pid: Pid, page: u64| w.m.pagemap(pid, at(page) >> 12, 1)[0];
    let PageInfo::MemoryPage(huge) = PageInfo::parse_info(word(w.heap, 100)) else {
        panic!("not present")
    };
    assert!(huge.contains(MemoryPageFlags::PRESENT) && !huge.contains(MemoryPageFlags::FILE));
    assert!(!huge.contains(MemoryPageFlags::MMAP_EXCLUSIVE));
    let pfn = Pfn(huge.get_page_frame_number().0 as u32);
    assert_eq!(w.m.kpagecount(pfn), 2);
    let flags = PhysicalPageFlags::parse_info(w.m.kpageflags(pfn));
    let anon = PhysicalPageFlags::ANON | PhysicalPageFlags::MMAP | PhysicalPageFlags::UPTODATE;
    assert!(
        flags.contains(anon | PhysicalPageFlags::THP | PhysicalPageFlags::COMPOUND_TAIL),
        "{flags:?}"
    );
    assert!(!flags.contains(PhysicalPageFlags::KSM));
    let PageInfo::MemoryPage(own) = PageInfo::parse_info(word(w.child, 5)) else {
        panic!("not present")
    };
    assert!(own.contains(MemoryPageFlags::MMAP_EXCLUSIVE));
    let PageInfo::SwapPage(guard) = PageInfo::parse_info(word(w.heap, 3018)) else {
        panic!("no marker")
    };
    assert_eq!((guard.get_swap_type(), guard.get_swap_offset()), (31, 4));
    assert_eq!(word(w.heap, 3016), 0);
}
