//! Mounts with limits and minimums: their promises are part of the pool's.

use super::{H, NR, Pool, pool};
use crate::errno::Errno;
use crate::vm::access::Signal;
use crate::vm::addr::{FileId, Pid};
use crate::vm::uapi::{MAP_NORESERVE, MAP_PRIVATE, MAP_SHARED, PROT_READ, PROT_WRITE};

impl Pool {
    fn mount(&mut self, options: &str) -> Result<(), Errno> {
        let done = self.0.mount_hugetlbfs("h", options);
        self.0.check().unwrap();
        done
    }

    fn file(&mut self, name: &str, pages: u64) -> Result<FileId, Errno> {
        self.0.create_hugetlbfs_file("h", name, pages * H)
    }

    fn map_file(&mut self, pid: Pid, f: FileId, pages: u64, flags: u32) -> Result<u64, Errno> {
        let prot = PROT_READ | PROT_WRITE;
        let at = self
            .0
            .mmap_file(pid, 0, pages * H, prot, flags, Some((f, 0)));
        self.0.check().unwrap();
        at
    }
}

#[test]
fn a_limit_is_enomem_for_mmap_sigbus_for_faults_and_enospc_for_fallocate() {
    let (mut p, pid) = pool(8);
    p.mount("size=4M").unwrap();
    let f = p.file("f", 4).unwrap();
    assert_eq!(p.map_file(pid, f, 3, MAP_SHARED), Err(Errno::ENOMEM));
    assert_eq!(p.map_file(pid, f, 3, MAP_PRIVATE), Err(Errno::ENOMEM));
    assert_eq!(p.counts(), [8, 8, 0, 0]);
    let a = p.map_file(pid, f, 3, MAP_PRIVATE | MAP_NORESERVE).unwrap();
    p.write(pid, a).unwrap();
    p.write(pid, a + H).unwrap();
    assert_eq!(p.write(pid, a + 2 * H), Err(Signal::Sigbus));
    assert_eq!(p.counts(), [8, 6, 0, 0]);
    assert_eq!(p.0.fallocate(pid, f, 0, 0, H), Err(Errno::ENOSPC));
    p.0.munmap(pid, a, H).unwrap();
    assert_eq!(p.0.fallocate(pid, f, 0, 0, H), Ok(()));
    p.0.munmap(pid, a + H, 2 * H).unwrap();
    p.map_file(pid, f, 2, MAP_SHARED).unwrap();
    // One page is there, one promised.
    assert_eq!(p.counts(), [8, 7, 1, 0]);
}

#[test]
fn a_minimum_is_promised_from_the_mount_on() {
    let (mut p, pid) = pool(3);
    assert_eq!(p.mount("min_size=8M"), Err(Errno::ENOMEM));
    assert_eq!(p.counts(), [3, 3, 0, 0]);
    p.mount("min_size=4M,size=6M").unwrap();
    assert_eq!(p.counts(), [3, 3, 2, 0]);
    let f = p.file("f", 4).unwrap();
    // Two of the three come from the minimum.
    let a = p.map_file(pid, f, 3, MAP_SHARED).unwrap();
    assert_eq!(p.counts(), [3, 3, 3, 0]);
    p.write(pid, a).unwrap();
    assert_eq!(p.counts(), [3, 2, 2, 0]);
    // What is freed fills the minimum up again.
    p.0.munmap(pid, a, 3 * H).unwrap();
    p.0.ftruncate(pid, f, 0).unwrap();
    assert_eq!(p.counts(), [3, 3, 2, 0]);
    // A fault without a promise of its own takes one of the mount's, although nothing is free for others.
    p.0.ftruncate(pid, f, 4 * H).unwrap();
    p.map(pid, 1, MAP_PRIVATE).unwrap();
    let a = p.map_file(pid, f, 2, MAP_SHARED | MAP_NORESERVE).unwrap();
    p.write(pid, a).unwrap();
    assert_eq!(p.counts(), [3, 2, 2, 0]);
    p.0.exit(pid).unwrap();
    assert_eq!(p.counts(), [3, 2, 1, 0]);
}

#[test]
fn a_fault_that_finds_no_page_keeps_its_place_in_the_limit() {
    let (mut p, pid) = pool(1);
    p.mount("size=4M").unwrap();
    let f = p.file("f", 2).unwrap();
    let a = p.map_file(pid, f, 2, MAP_SHARED | MAP_NORESERVE).unwrap();
    p.write(pid, a).unwrap();
    assert_eq!(p.write(pid, a + H), Err(Signal::Sigbus));
    p.set(NR, "4").unwrap();
    assert_eq!(p.write(pid, a + H), Err(Signal::Sigbus));
    assert_eq!(p.counts(), [4, 3, 0, 0]);
}

#[test]
fn a_reservation_that_fails_leaves_the_mount_as_it_was() {
    let (mut p, pid) = pool(2);
    p.mount("size=16M,min_size=2M").unwrap();
    let f = p.file("f", 8).unwrap();
    assert_eq!(p.map_file(pid, f, 3, MAP_SHARED), Err(Errno::ENOMEM));
    let a = p.map_file(pid, f, 2, MAP_SHARED).unwrap();
    p.write(pid, a).unwrap();
    assert_eq!(p.counts(), [2, 1, 1, 0]);
}

#[test]
fn options_and_inodes() {
    let (mut p, _) = pool(4);
    for wrong in [
        "size=x",
        "size",
        "min_size=4M,size=2M",
        "pagesize=4M",
        "pagesize=0",
        "mode=9",
        "nr_inodes=-1",
        "uid=x",
        "huge=always",
    ] {
        assert_eq!(p.mount(wrong), Err(Errno::EINVAL), "{wrong}");
    }
    assert_eq!(p.mount("nr_inodes=0"), Err(Errno::ENOMEM));
    p.mount("nr_inodes=2,min_size=50%,size=100%,mode=1777,uid=0,gid=0,pagesize=2M")
        .unwrap();
    assert_eq!(p.counts(), [4, 4, 2, 0]);
    assert_eq!(p.mount(""), Err(Errno::EBUSY));
    assert_eq!(p.0.mount_tmpfs("h", Default::default()), Err(Errno::EBUSY));
    assert_eq!(p.0.create_hugetlbfs_file("x", "f", 0), Err(Errno::ENOENT));
    assert_eq!(
        p.0.create_hugetlbfs_file("h", "f", 4096),
        Err(Errno::EINVAL)
    );
    p.file("f", 0).unwrap();
    assert_eq!(p.file("g", 0), Err(Errno::ENOSPC));
    let mut mounts = 1;
    while p.0.mount_hugetlbfs(&format!("m{mounts}"), "").is_ok() {
        mounts += 1;
    }
    assert_eq!(mounts, crate::hugetlb::subpool::MAX_HUGETLBFS_MOUNTS);
}
