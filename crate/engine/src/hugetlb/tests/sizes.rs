//! Pages of other sizes than 2 MiB, and memory maps given away.

use super::*;
use crate::hugetlb::boot::HugetlbBoot;
use crate::vm::uapi::MAP_HUGE_SHIFT;

const KIB: u64 = 1024;
const GIB: u64 = 1 << 30;

fn of(boot: HugetlbBoot) -> (Pool, Pid) {
    let config = MachineConfig {
        mem: 8 << 30,
        hugetlb: boot,
        ..MachineConfig::default()
    };
    Pool::of(0, config)
}

fn cont() -> HugetlbBoot {
    let mut boot = HugetlbBoot::default();
    boot.cont = true;
    boot
}

fn free_vmemmap() -> HugetlbBoot {
    let mut boot = HugetlbBoot::default();
    boot.free_vmemmap = true;
    boot
}

impl Pool {
    fn of_size(&self, size: u64) -> [u64; 4] {
        let dir = format!("/sys/kernel/mm/hugepages/hugepages-{}kB/", size / KIB);
        self.0.check().unwrap();
        ["nr", "free", "resv", "surplus"].map(|f| {
            let text = self.0.read_file(&format!("{dir}{f}_hugepages")).unwrap();
            text.trim().parse().unwrap()
        })
    }

    fn resize(&mut self, size: u64, n: u64) {
        let dir = format!("/sys/kernel/mm/hugepages/hugepages-{}kB/", size / KIB);
        self.set(&format!("{dir}nr_hugepages"), &n.to_string())
            .unwrap();
    }

    fn smaps(&self, pid: Pid, line: &str) -> u64 {
        let text = self.0.read_file(&format!("/proc/{}/smaps", pid.0)).unwrap();
        let values = text.lines().filter_map(|l| l.strip_prefix(line));
        values
            .map(|v| v.trim().trim_end_matches(" kB").parse::<u64>().unwrap())
            .sum()
    }
}

/// Every size is mapped, shared with a child, copied, moved and given back, by its own entries.
#[test]
fn each_size_is_reserved_faulted_forked_copied_and_moved() {
    for (size, tables) in [(64 * KIB, 3), (2 << 20, 2), (32 << 20, 2), (GIB, 1)] {
        let (mut p, pid) = of(cont());
        p.resize(size, 3);
        assert_eq!(p.of_size(size), [3, 3, 0, 0], "{size}");
        let flags = MAP_PRIVATE | size.trailing_zeros() << MAP_HUGE_SHIFT;
        let flags = flags | MAP_ANONYMOUS | MAP_HUGETLB;
        let rw = PROT_READ | PROT_WRITE;
        let a = p.0.mmap(pid, 0, 2 * size, rw, flags).unwrap();
        assert!(a.is_multiple_of(size));
        assert_eq!(p.of_size(size), [3, 3, 2, 0]);
        let last = a + size - 4096;
        p.write(pid, last).unwrap();
        assert_eq!(p.of_size(size), [3, 2, 1, 0]);
        assert_eq!(p.0.stats().nr_hugetlb, (size / 4096) as i64);
        for at in [a, last] {
            let s = p.0.page_state(pid, at);
            assert_eq!((s.class, s.exclusive, s.mapcount), ('H', 'x', Some(1)));
        }
        assert_eq!(p.smaps(pid, "Private_Hugetlb:"), size / KIB);
        assert_eq!(p.smaps(pid, "KernelPageSize:"), size / KIB);
        assert_eq!(p.smaps(pid, "Rss:"), 0);
        let status = p.0.read_file(&format!("/proc/{}/status", pid.0)).unwrap();
        let kb = |name: &str| {
            let line = status.lines().find_map(|l| l.strip_prefix(name)).unwrap();
            line.trim().trim_end_matches(" kB").parse::<u64>().unwrap()
        };
        assert_eq!(kb("HugetlbPages:"), size / KIB);
        assert_eq!(kb("VmPTE:"), 4 * tables);
        let numa = p.0.read_file(&format!("/proc/{}/numa_maps", pid.0));
        let wanted = format!("anon=1 dirty=1 N0=1 kernelpagesize_kB={}", size / KIB);
        assert!(numa.unwrap().contains(&wanted));

        let child = p.0.fork(pid, "p2").unwrap();
        assert_eq!(p.0.page_state(pid, last).exclusive, 's');
        assert_eq!(p.smaps(child, "Shared_Hugetlb:"), size / KIB);
        p.write(child, a).unwrap();
        assert_eq!(p.of_size(size), [3, 1, 1, 0]);
        assert_eq!(p.0.peek(child, last).unwrap()[0], 1);
        p.write(pid, a + 4096).unwrap();
        assert_eq!(p.0.peek(child, a + 4096).unwrap()[0], 0);
        p.0.exit(child).unwrap();

        assert_eq!(p.0.munmap(pid, a, size - 4096), Err(Errno::EINVAL));
        assert_eq!(p.0.mprotect(pid, a, 4096, PROT_READ), Err(Errno::EINVAL));
        p.0.mprotect(pid, a, size, PROT_READ).unwrap();
        let to = 1 << 44;
        let fixed = crate::vm::uapi::MREMAP_FIXED | crate::vm::uapi::MREMAP_MAYMOVE;
        p.0.mremap(pid, a, size, size, fixed, to).unwrap();
        assert_eq!(p.0.page_state(pid, to + size - 4096).class, 'H');
        assert_eq!(p.0.page_state(pid, a).class, '.');
        p.0.munmap(pid, to, size).unwrap();
        p.0.munmap(pid, a + size, size).unwrap();
        assert_eq!(p.of_size(size), [3, 3, 0, 0]);
        let free = p.0.nr_free_pages();
        p.resize(size, 0);
        assert_eq!(p.0.nr_free_pages(), free + 3 * size / 4096);
        p.resize(size, 3);
        assert_eq!(p.of_size(size), [3, 3, 0, 0]);
    }
}

#[test]
fn a_file_of_large_pages_is_shared_punched_and_truncated() {
    for size in [64 * KIB, 32 << 20, GIB] {
        let (mut p, pid) = of(cont());
        p.resize(size, 2);
        let id = p.0.memfd_hugetlb("m", 2 * size, size).unwrap();
        let rw = PROT_READ | PROT_WRITE;
        let a =
            p.0.mmap_file(pid, 0, 2 * size, rw, MAP_SHARED, Some((id, 0)));
        let a = a.unwrap();
        p.write(pid, a).unwrap();
        p.write(pid, a + size).unwrap();
        assert_eq!(p.of_size(size), [2, 0, 0, 0]);
        p.0.fallocate(pid, id, 3, 0, size).unwrap();
        assert_eq!(p.of_size(size), [2, 1, 0, 0]);
        assert_eq!(p.0.ftruncate(pid, id, size + 4096), Err(Errno::EINVAL));
        p.0.ftruncate(pid, id, 0).unwrap();
        assert_eq!(p.of_size(size), [2, 2, 0, 0]);
        assert_eq!(p.write(pid, a), Err(Signal::Sigbus));
    }
}

#[test]
fn sizes_that_do_not_exist_are_refused() {
    let (mut p, pid) = of(HugetlbBoot::default());
    let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | 16 << MAP_HUGE_SHIFT;
    assert_eq!(p.0.mmap(pid, 0, H, PROT_READ, flags), Err(Errno::EINVAL));
    assert_eq!(p.0.memfd_hugetlb("m", H, 65536), Err(Errno::ENODEV));
    assert_eq!(p.0.memfd_hugetlb("m", H, GIB), Err(Errno::EINVAL));
    let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | 30 << MAP_HUGE_SHIFT;
    assert_eq!(p.0.mmap(pid, 0, H, PROT_READ, flags), Err(Errno::ENOMEM));
}

#[test]
fn pages_are_demoted_to_the_size_that_is_chosen() {
    let (mut p, _) = of(cont());
    p.resize(GIB, 2);
    let dir = "/sys/kernel/mm/hugepages/hugepages-1048576kB/";
    let chosen = |p: &Pool| p.0.read_file(&format!("{dir}demote_size")).unwrap();
    assert_eq!(chosen(&p), "32768kB\n");
    p.set(&format!("{dir}demote"), "1").unwrap();
    assert_eq!(p.of_size(32 << 20), [32, 32, 0, 0]);
    let size = format!("{dir}demote_size");
    assert_eq!(p.set(&size, "64K"), Err(Errno::EINVAL));
    p.set(&size, "2M").unwrap();
    assert_eq!(chosen(&p), "2048kB\n");
    p.set(&format!("{dir}demote"), "1").unwrap();
    assert_eq!(p.of_size(H), [512, 512, 0, 0]);
    assert_eq!(p.of_size(GIB), [0, 0, 0, 0]);
    p.resize(H, 0);
    p.resize(32 << 20, 0);
}

/// 7 pages of a 2 MiB page, 4095 of a 1 GiB page; what cannot be had back keeps the page in the pool.
#[test]
fn the_memory_map_of_pool_pages_is_given_away_and_taken_back() {
    for (size, map) in [(H, 7), (GIB, 4095)] {
        let (mut p, _) = of(free_vmemmap());
        let free = p.0.nr_free_pages();
        for _ in 0..2 {
            p.resize(size, 2);
            assert_eq!(p.0.nr_free_pages(), free - 2 * (size / 4096 - map));
            p.resize(size, 0);
            assert_eq!(p.0.nr_free_pages(), free);
        }
        p.resize(size, 1);
        p.set("/proc/sys/vm/hugetlb_optimize_vmemmap", "0").unwrap();
        p.resize(size, 2);
        assert_eq!(p.0.nr_free_pages(), free - 2 * (size / 4096) + map);
        p.resize(size, 0);
        assert_eq!(p.0.nr_free_pages(), free);
    }
}

#[test]
fn without_memory_for_its_map_a_page_stays_as_surplus() {
    let (mut p, _) = of(free_vmemmap());
    p.resize(H, 2);
    // As much as can be had: the last pages are below the watermark.
    let (mut fits, mut too_much) = (0, p.0.nr_free_pages() + 1);
    while too_much - fits > 1 {
        let pages = (fits + too_much) / 2;
        match p.0.hog(pages * 4096) {
            Ok(()) => fits = pages,
            Err(_) => too_much = pages,
        }
    }
    p.0.hog(fits * 4096).unwrap();
    p.resize(H, 1);
    assert_eq!(p.of_size(H), [2, 2, 0, 1]);
    p.0.hog(0).unwrap();
    // It counts as one that stays again, and can then go.
    p.resize(H, 2);
    assert_eq!(p.of_size(H), [2, 2, 0, 0]);
    p.resize(H, 0);
    assert_eq!(p.of_size(H), [0, 0, 0, 0]);
}
