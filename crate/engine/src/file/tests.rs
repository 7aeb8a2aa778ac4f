mod write;

use super::*;
use crate::config::MachineConfig;
use crate::errno::Errno;
use crate::phys::content::Pattern;
use crate::vm::addr::{HPAGE_PMD_SIZE, Pid};
use crate::vm::uapi::{
    Advice, FALLOC_FL_KEEP_SIZE, FALLOC_FL_PUNCH_HOLE, MAP_ANONYMOUS, MAP_PRIVATE, MAP_SHARED,
    PROT_READ, PROT_WRITE,
};

const RW: u32 = PROT_READ | PROT_WRITE;
const AT: u64 = 1 << 44;
const MIB: u64 = 1 << 20;

struct World {
    m: Machine,
    pid: Pid,
}

impl World {
    fn new() -> World {
        let mut m = Machine::new(MachineConfig {
            parked: true,
            ..MachineConfig::default()
        })
        .unwrap();
        let pid = m.spawn("p1").unwrap();
        World { m, pid }
    }

    fn shmem_enabled(&mut self, word: &str) {
        let path = "/sys/kernel/mm/transparent_hugepage/shmem_enabled";
        self.m.write_file(path, word).unwrap();
    }

    /// Maps a file at slot `n`, 1 GiB apart.
    fn map(&mut self, n: u64, len: u64, flags: u32, file: FileId) -> u64 {
        let at = AT + (n << 30);
        self.m
            .mmap_file(self.pid, at, len, RW, flags, Some((file, 0)))
            .unwrap()
    }

    fn store(&mut self, addr: u64, v: u8) {
        let stored = self.m.store(self.pid, addr, Pattern::Fill(v)).unwrap();
        assert_eq!(stored, Ok(()));
    }

    fn byte(&self, addr: u64) -> u8 {
        self.m.peek(self.pid, addr).unwrap()[0]
    }

    fn load(&mut self, addr: u64) -> bool {
        let access = crate::vm::fault::Access::Read;
        let done = self
            .m
            .access_pages(self.pid, addr, &[0], access, |_, _, _| {});
        done.unwrap().is_ok()
    }

    fn class(&self, addr: u64) -> char {
        self.m.page_state(self.pid, addr).class
    }

    fn checked(&self) {
        self.m.check().unwrap();
    }
}

#[test]
fn shared_memory_is_one_for_parent_and_child() {
    let mut w = World::new();
    let a =
        w.m.mmap(w.pid, 0, MIB, RW, MAP_SHARED | MAP_ANONYMOUS)
            .unwrap();
    w.store(a, 1);
    let child = w.m.fork(w.pid, "p2").unwrap();
    assert_eq!(w.m.mm(w.m.mm_of(child).unwrap()).rss.shmem, 0);
    w.m.store(child, a, Pattern::Fill(2)).unwrap().unwrap();
    assert_eq!(w.byte(a), 2);
    assert_eq!(w.m.stats().nr_shmem, 1);
    w.checked();
    w.m.exit(child).unwrap();
    w.m.munmap(w.pid, a, MIB).unwrap();
    assert_eq!(w.m.stats().nr_shmem, 0);
    w.checked();
}

#[test]
fn a_memory_file_lives_while_it_is_open() {
    let mut w = World::new();
    let f = w.m.memfd_create("m", MIB).unwrap();
    let a = w.map(0, MIB, MAP_SHARED, f);
    w.store(a, 7);
    w.m.munmap(w.pid, a, MIB).unwrap();
    assert_eq!(w.m.inode(f).cached().count(), 1);
    let b = w.map(1, MIB, MAP_PRIVATE, f);
    assert!(w.load(b));
    w.store(b, 8);
    let c = w.map(2, MIB, MAP_SHARED, f);
    assert!(w.load(c));
    assert_eq!((w.byte(b), w.byte(c)), (8, 7));
    w.checked();
}

#[test]
fn a_read_fault_maps_sixteen_pages_around() {
    let mut w = World::new();
    let f = w.m.create_disk_file("/f", 128 << 10).unwrap();
    let a = w.map(0, 128 << 10, MAP_PRIVATE, f);
    assert!(w.load(a + 20 * PAGE_SIZE));
    assert_eq!((w.class(a), w.class(a + 16 * PAGE_SIZE)), ('.', 'f'));
    assert_eq!(w.m.fault_counts(), (0, 1));
    assert_eq!(w.byte(a + 20 * PAGE_SIZE), 21);
    w.checked();
}

#[test]
fn truncation_takes_private_copies_too() {
    let mut w = World::new();
    let f = w.m.create_disk_file("/f", 64 << 10).unwrap();
    let a = w.map(0, 128 << 10, MAP_PRIVATE, f);
    w.store(a + 10 * PAGE_SIZE, 1);
    assert!(!w.load(a + 16 * PAGE_SIZE));
    w.m.ftruncate(w.pid, f, 32 << 10).unwrap();
    assert!(!w.load(a + 10 * PAGE_SIZE));
    assert!(w.load(a));
    assert_eq!(w.m.mm(w.m.mm_of(w.pid).unwrap()).rss.anon, 0);
    w.checked();
}

#[test]
fn written_pages_survive_being_dropped() {
    let mut w = World::new();
    let f = w.m.create_disk_file("/f", 64 << 10).unwrap();
    let a = w.map(0, 64 << 10, MAP_SHARED, f);
    w.store(a, 9);
    w.m.msync(w.pid, a, 64 << 10).unwrap();
    w.m.munmap(w.pid, a, 64 << 10).unwrap();
    w.m.write_file("/proc/sys/vm/drop_caches", "1").unwrap();
    assert_eq!(w.m.stats().nr_file_pages, 0);
    let b = w.map(1, 64 << 10, MAP_SHARED, f);
    assert!(w.load(b));
    assert_eq!((w.byte(b), w.byte(b + PAGE_SIZE)), (9, 2));
    w.checked();
}

#[test]
fn a_hole_splits_a_huge_folio_into_the_largest_pieces() {
    let mut w = World::new();
    w.shmem_enabled("always");
    let f = w.m.memfd_create("m", HPAGE_PMD_SIZE).unwrap();
    let a = w.map(0, HPAGE_PMD_SIZE, MAP_SHARED, f);
    w.store(a, 1);
    assert_eq!(w.class(a), 'M');
    assert_eq!(w.m.stats().nr_shmem_hugepages, 1);
    w.checked();
    let punch = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
    w.m.fallocate(w.pid, f, punch, 2 * PAGE_SIZE, PAGE_SIZE)
        .unwrap();
    let orders: Vec<u8> =
        w.m.inode(f)
            .cached()
            .map(|(_, head)| w.m.frames().order(head))
            .collect();
    assert_eq!(orders, [1, 0, 2, 3, 4, 5, 6, 7, 8]);
    assert_eq!(w.m.stats().nr_shmem, 511);
    assert_eq!(w.byte(a), 0, "nothing is mapped");
    assert!(w.load(a));
    assert_eq!(w.byte(a), 1);
    w.checked();
}

#[test]
fn truncation_into_a_huge_folio_keeps_what_is_before() {
    let mut w = World::new();
    w.shmem_enabled("always");
    let f = w.m.memfd_create("m", HPAGE_PMD_SIZE).unwrap();
    let a = w.map(0, HPAGE_PMD_SIZE, MAP_SHARED, f);
    w.store(a, 1);
    w.m.ftruncate(w.pid, f, MIB + 1).unwrap();
    assert_eq!(w.m.stats().nr_shmem, 257);
    w.checked();
}

#[test]
fn collapse_maps_the_block_and_keeps_the_rest() {
    let mut w = World::new();
    let f = w.m.memfd_create("m", 2 * HPAGE_PMD_SIZE).unwrap();
    let a = w.map(0, 2 * HPAGE_PMD_SIZE, MAP_SHARED, f);
    for i in 0..1024 {
        w.store(a + i * PAGE_SIZE, i as u8);
    }
    let collapse = Advice::Collapse as i32;
    w.m.madvise(w.pid, a, HPAGE_PMD_SIZE, collapse).unwrap();
    w.checked();
    assert_eq!((w.class(a), w.class(a + HPAGE_PMD_SIZE)), ('M', 'm'));
    assert_eq!(w.byte(a + 5 * PAGE_SIZE), 5);
    assert_eq!(w.m.stats().nr_shmem, 1024);
}

#[test]
fn bad_arguments_are_errors() {
    let mut w = World::new();
    let f = w.m.memfd_create("m", MIB).unwrap();
    let a = w.map(0, MIB, MAP_PRIVATE, f);
    assert_eq!(w.m.memfd_create("n", 1 << 48), Err(Errno::EFBIG));
    assert_eq!(w.m.ftruncate(w.pid, f, 1 << 48), Err(Errno::EFBIG));
    assert_eq!(w.m.fallocate(w.pid, f, 0, 0, 0), Err(Errno::EINVAL));
    assert_eq!(w.m.fallocate(w.pid, f, 2, 0, 1), Err(Errno::EOPNOTSUPP));
    assert_eq!(w.m.fallocate(w.pid, f, 0, u64::MAX, 2), Err(Errno::EFBIG));
    assert_eq!(w.m.fallocate(w.pid, f, 0, 0, 1 << 46), Err(Errno::ENOSPC));
    assert_eq!(w.m.msync(w.pid, a + 1, 1), Err(Errno::EINVAL));
    assert_eq!(w.m.msync(w.pid, a, MIB * 2), Err(Errno::ENOMEM));
    let remove = Advice::Remove as i32;
    assert_eq!(w.m.madvise(w.pid, a, MIB, remove), Err(Errno::EACCES));
    let at = |offset| {
        w.m.clone()
            .mmap_file(w.pid, 0, MIB, RW, MAP_SHARED, Some((f, offset)))
    };
    assert_eq!(at(1), Err(Errno::EINVAL));
    assert_eq!(at(1 << 63), Err(Errno::EOVERFLOW));
    w.checked();
}
