//! Rules of pools and reservations, each with the invariants checked after every step.

mod sizes;
mod subpool;

use crate::errno::Errno;
use crate::phys::content::Pattern;
use crate::vm::access::Signal;
use crate::vm::addr::{HPAGE_PMD_SIZE, Pid};
use crate::vm::uapi::{
    Advice, MAP_ANONYMOUS, MAP_HUGETLB, MAP_NORESERVE, MAP_PRIVATE, MAP_SHARED, PROT_READ,
    PROT_WRITE,
};
use crate::{Machine, MachineConfig};

const H: u64 = HPAGE_PMD_SIZE;
const NR: &str = "/proc/sys/vm/nr_hugepages";

struct Pool(Machine);

impl Pool {
    fn of(pages: u64, config: MachineConfig) -> (Pool, Pid) {
        let mut m = Machine::new(config).unwrap();
        m.write_file(NR, &pages.to_string()).unwrap();
        let pid = m.spawn("p1").unwrap();
        (Pool(m), pid)
    }

    fn map(&mut self, pid: Pid, pages: u64, flags: u32) -> Result<u64, Errno> {
        let flags = flags | MAP_ANONYMOUS | MAP_HUGETLB;
        let at = self
            .0
            .mmap(pid, 0, pages * H, PROT_READ | PROT_WRITE, flags);
        self.0.check().unwrap();
        at
    }

    fn write(&mut self, pid: Pid, addr: u64) -> Result<(), Signal> {
        let done = self.0.store(pid, addr, Pattern::Fill(1)).unwrap();
        self.0.check().unwrap();
        done
    }

    /// Total, free, reserved, surplus.
    fn counts(&self) -> [u64; 4] {
        self.0.check().unwrap();
        self.0.hugetlb_meminfo().map(|l| l.1)
    }

    fn set(&mut self, path: &str, text: &str) -> Result<(), Errno> {
        let done = self.0.write_file(path, text);
        self.0.check().unwrap();
        done
    }
}

fn pool(pages: u64) -> (Pool, Pid) {
    Pool::of(pages, MachineConfig::default())
}

#[test]
fn a_fault_uses_a_reservation_and_munmap_gives_it_back() {
    let (mut p, pid) = pool(10);
    let free = p.0.nr_free_pages();
    let a = p.map(pid, 4, MAP_PRIVATE).unwrap();
    assert_eq!(p.counts(), [10, 10, 4, 0]);
    p.write(pid, a + 4096).unwrap();
    assert_eq!(p.counts(), [10, 9, 3, 0]);
    assert_eq!(p.0.stats().nr_hugetlb, 512);
    assert_eq!(p.0.page_state(pid, a).class, 'H');
    assert_eq!(p.0.munmap(pid, a, 4096), Err(Errno::EINVAL));
    p.0.munmap(pid, a, 4 * H).unwrap();
    assert_eq!(p.counts(), [10, 10, 0, 0]);
    p.set(NR, "0").unwrap();
    assert_eq!(p.0.nr_free_pages(), free + 10 * 512);
}

#[test]
fn shrinking_below_use_makes_surplus_that_leaves_with_its_user() {
    let (mut p, pid) = pool(10);
    let a = p.map(pid, 6, MAP_PRIVATE).unwrap();
    p.set(NR, "3").unwrap();
    assert_eq!(p.counts(), [6, 6, 6, 3]);
    for i in 0..6 {
        p.write(pid, a + i * H).unwrap();
    }
    p.0.exit(pid).unwrap();
    assert_eq!(p.counts(), [3, 3, 0, 0]);
}

#[test]
fn overcommit_bounds_surplus_and_a_refused_mapping_changes_nothing() {
    let (mut p, pid) = pool(2);
    assert_eq!(p.map(pid, 3, MAP_PRIVATE), Err(Errno::ENOMEM));
    p.set("/proc/sys/vm/nr_overcommit_hugepages", "1").unwrap();
    assert_eq!(p.map(pid, 4, MAP_PRIVATE), Err(Errno::ENOMEM));
    assert_eq!(p.counts(), [2, 2, 0, 0]);
    let a = p.map(pid, 3, MAP_PRIVATE).unwrap();
    assert_eq!(p.counts(), [3, 3, 3, 1]);
    let dir = "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages";
    assert_eq!(p.0.read_file(dir).unwrap(), "3\n");
    assert_eq!(p.0.read_file(NR).unwrap(), "2\n");
    p.0.munmap(pid, a, 3 * H).unwrap();
    assert_eq!(p.counts(), [2, 2, 0, 0]);
}

#[test]
fn without_reservation_only_unpromised_pages_serve() {
    let (mut p, pid) = pool(1);
    let a = p.map(pid, 1, MAP_PRIVATE).unwrap();
    let b = p.map(pid, 1, MAP_PRIVATE | MAP_NORESERVE).unwrap();
    assert_eq!(p.write(pid, b), Err(Signal::Sigbus));
    assert_eq!(p.write(pid, a), Ok(()));
}

#[test]
fn the_owner_takes_the_page_from_its_child() {
    let (mut p, parent) = pool(1);
    let a = p.map(parent, 1, MAP_PRIVATE).unwrap();
    p.write(parent, a).unwrap();
    let child = p.0.fork(parent, "p2").unwrap();
    assert_eq!(p.write(child, a), Err(Signal::Sigbus));
    p.write(parent, a).unwrap();
    assert_eq!(p.0.page_state(child, a).class, '.');
    assert_eq!(p.write(child, a), Err(Signal::Sigbus));
    p.0.exit(parent).unwrap();
    p.0.exit(child).unwrap();
    assert_eq!(p.counts(), [1, 1, 0, 0]);
}

#[test]
fn discarding_restores_the_reservation() {
    let (mut p, pid) = pool(4);
    let a = p.map(pid, 2, MAP_PRIVATE).unwrap();
    p.write(pid, a).unwrap();
    p.write(pid, a + H).unwrap();
    p.0.madvise(pid, a, H, Advice::DontNeed as i32).unwrap();
    assert_eq!(p.counts(), [4, 3, 1, 0]);
    p.write(pid, a).unwrap();
    assert_eq!(p.counts(), [4, 2, 0, 0]);
}

#[test]
fn a_file_keeps_its_reservation_until_it_is_truncated() {
    let (mut p, pid) = pool(4);
    let f = p.0.memfd_hugetlb("m", 4 * H, 0).unwrap();
    let prot = PROT_READ | PROT_WRITE;
    let a =
        p.0.mmap_hugetlb(pid, 0, 4 * H, prot, MAP_SHARED, Some((f, 0)));
    let a = a.unwrap();
    p.write(pid, a).unwrap();
    assert_eq!(p.counts(), [4, 3, 3, 0]);
    p.0.hugetlb_fallocate(pid, f, 3, 0, H).unwrap();
    assert_eq!(p.counts(), [4, 4, 3, 0]);
    p.0.munmap(pid, a, 4 * H).unwrap();
    assert_eq!(p.counts(), [4, 4, 3, 0]);
    assert_eq!(p.0.hugetlb_truncate(pid, f, 4096), Err(Errno::EINVAL));
    p.0.hugetlb_truncate(pid, f, 0).unwrap();
    assert_eq!(p.counts(), [4, 4, 0, 0]);
}

#[test]
fn nodes_take_turns_and_keep_their_own_counts() {
    let config = MachineConfig {
        nodes: 2,
        ..MachineConfig::default()
    };
    let (mut p, _) = Pool::of(5, config);
    let node = |p: &Pool, n| p.0.hugetlb_node_meminfo(n)[0];
    assert_eq!((node(&p, 0), node(&p, 1)), (3, 2));
    let file =
        |n| format!("/sys/devices/system/node/node{n}/hugepages/hugepages-2048kB/nr_hugepages");
    p.set(&file(1), "4").unwrap();
    assert_eq!(p.counts()[0], 7);
    p.set(&file(0), "0").unwrap();
    assert_eq!((node(&p, 0), node(&p, 1)), (0, 4));
}

#[test]
fn boot_parameters_fill_both_pools_and_a_large_page_can_be_demoted() {
    let mut config = MachineConfig::default();
    for (size, n) in [("1G", "1"), ("2M", "64")] {
        config.hugetlb.hugepagesz(size);
        config.hugetlb.hugepages(n, 1);
    }
    let mut p = Pool(Machine::new(config).unwrap());
    assert_eq!(p.counts(), [64, 64, 0, 0]);
    assert_eq!(p.0.hugetlb_total_pages() * 4, 1_179_648);
    let dir = "/sys/kernel/mm/hugepages/hugepages-1048576kB";
    p.set(&format!("{dir}/demote"), "1").unwrap();
    assert_eq!(p.counts(), [576, 576, 0, 0]);
    assert_eq!(p.0.hugetlb_total_pages() * 4, 1_179_648);
    let over = format!("{dir}/nr_overcommit_hugepages");
    assert_eq!(p.set(&over, "x"), Err(Errno::EINVAL));
}

#[test]
fn tiles_add_up_to_the_numbers_of_meminfo() {
    use crate::hugetlb::view::HugePageState::{Free, InUse, Reserved};
    let (mut p, pid) = pool(4);
    p.set("/proc/sys/vm/nr_overcommit_hugepages", "3").unwrap();
    let a = p.map(pid, 2, MAP_PRIVATE).unwrap();
    p.map(pid, 3, MAP_PRIVATE).unwrap();
    p.write(pid, a).unwrap();
    let v = p.0.hugetlb_pool_view(0, 0).unwrap();
    assert_eq!(v.counts(), p.counts());
    assert_eq!(v.counts(), [5, 4, 4, 1]);
    let of = |s| v.pages.iter().filter(|t| t.state == s).count();
    assert_eq!([of(Free), of(Reserved), of(InUse)], [0, 4, 1]);
    assert!(v.pages.iter().all(|t| !t.surplus || t.state == Reserved));
    p.0.exit(pid).unwrap();
    let v = p.0.hugetlb_pool_view(0, 0).unwrap();
    assert_eq!(v.counts(), [4, 4, 0, 0]);
    assert!(v.pages.is_sorted_by(|a, b| a.pfn < b.pfn));
    assert_eq!(p.0.hugetlb_pool_view(0, 1), None);
    assert_eq!(p.0.hugetlb_pool_view(2, 0), None);
    assert_eq!(p.0.hugetlb_pool_view(1, 0).unwrap().pages, []);
}
