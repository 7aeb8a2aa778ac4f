//! Sizes of folios by the length of a write, by readahead and by the mount.

use super::*;
use crate::config::Filesystem;
use crate::file::tmpfs::TmpfsOptions;
use crate::thp::ShmemEnabled;

const KIB: u64 = 1024;

impl World {
    fn of(config: MachineConfig) -> World {
        let mut m = Machine::new(config).unwrap();
        let pid = m.spawn("p1").unwrap();
        World { m, pid }
    }

    fn pwrite(&mut self, file: FileId, at: u64, len: u64) -> Result<u64, Errno> {
        let done = self
            .m
            .pwrite(self.pid, file, at, len, &mut |_| Pattern::Byte(7));
        self.checked();
        done
    }

    /// Pages of each folio from page `first` on.
    fn folios(&self, file: FileId, first: u64) -> Vec<u64> {
        let later = self.m.inode(file).cached().filter(|f| f.0 >= first);
        later.map(|f| self.m.folio_nr_pages(f.1) as u64).collect()
    }

    fn tmpfs(&mut self, huge: ShmemEnabled, size: u64) -> FileId {
        let o = TmpfsOptions {
            huge: Some(huge),
            size: Some(size),
            noswap: false,
        };
        self.m.mount_tmpfs("t", o).unwrap();
        self.m.create_tmpfs_file("t", "f", 0).unwrap()
    }
}

/// Rows of the facts about ext4, each written behind the one before.
#[test]
fn a_write_brings_folios_as_large_as_it_is_long() {
    let mut w = World::new();
    let f = w.m.create_disk_file("/f", 0).unwrap();
    for (at, len, folios) in [
        (0, 64 * KIB, &[16][..]),
        (64 * KIB, 48 * KIB, &[8, 4]),
        (112 * KIB, 64 * KIB, &[4, 8, 4]),
        (176 * KIB, 5000, &[1, 1]),
        (259 * 4 * KIB, 102_403, &[1, 4, 8, 8, 4, 1]),
        (4 * MIB, 4 * MIB, &[512, 512]),
    ] {
        assert_eq!(w.pwrite(f, at, len), Ok(len));
        assert_eq!(w.folios(f, at / 4096), folios, "{len} at {at}");
        assert_eq!(w.m.inode(f).size, at + len);
    }
    assert_eq!(w.m.stats().nr_file_hugepages, 2);
    assert_eq!(w.m.stats().thp_file_alloc, 0);
    let a = w.map(0, 2 * MIB, MAP_SHARED, f);
    assert!(w.load(a) && w.load(a + MIB));
    assert_eq!(w.byte(a), 7);
    assert_eq!(w.byte(a + MIB), 0, "between what was written");
}

#[test]
fn filesystems_bound_the_folios() {
    for (fs, fs_block, folios) in [
        (Filesystem::Ext4, 4096, &[8, 4, 1][..]),
        (Filesystem::Btrfs, 4096, &[1; 13]),
        (Filesystem::Xfs, 16 << 10, &[8, 4, 4]),
        (Filesystem::Bdev, 64 << 10, &[16]),
    ] {
        let mut w = World::of(MachineConfig {
            fs,
            fs_block,
            ..MachineConfig::default()
        });
        let f = w.m.create_disk_file("/f", 0).unwrap();
        assert_eq!(w.pwrite(f, 0, 32 * KIB), Ok(32 * KIB));
        assert_eq!(w.pwrite(f, 32 * KIB, 16 * KIB), Ok(16 * KIB));
        assert_eq!(w.pwrite(f, 48 * KIB, 1), Ok(1));
        assert_eq!(w.folios(f, 0), folios, "{fs:?}");
    }
}

#[test]
fn sequential_reads_read_ahead_in_growing_folios() {
    let mut w = World::new();
    let f = w.m.create_disk_file("/f", 8 * MIB).unwrap();
    for i in 0..256 {
        assert_eq!(w.m.pread(w.pid, f, i * 16 * KIB, 16 * KIB), Ok(16 * KIB));
        w.checked();
    }
    let folios = w.folios(f, 0);
    assert_eq!(folios[..16], [1; 16], "the first window");
    assert!(folios.windows(2).all(|w| w[0] <= w[1] || w[1] >= 4));
    assert!(folios.iter().max() >= Some(&64), "{folios:?}");
    assert_eq!(w.m.pread(w.pid, f, 8 * MIB - 10, 100), Ok(10));
    assert_eq!(w.m.pread(w.pid, f, 9 * MIB, 100), Ok(0));
}

/// The table of the facts about tmpfs, observed on 6.18.44.
#[test]
fn the_mount_decides_about_folios_of_a_write() {
    use ShmemEnabled::{Advise, Always, Never, WithinSize};
    for (huge, len, folios) in [
        (Always, 4 * KIB, &[512][..]),
        (Always, 64 * KIB, &[512]),
        (Always, 3 * MIB, &[512, 512]),
        (WithinSize, 4 * KIB, &[1]),
        (WithinSize, 64 * KIB, &[16]),
        (WithinSize, 3 * MIB, &[512, 256]),
        (Advise, 8 * KIB, &[1, 1]),
        (Never, 8 * KIB, &[1, 1]),
    ] {
        let mut w = World::new();
        let f = w.tmpfs(huge, 0);
        assert_eq!(w.pwrite(f, 0, len), Ok(len));
        assert_eq!(w.folios(f, 0), folios, "{huge:?} {len}");
        if len == 3 * MIB {
            w.m.ftruncate(w.pid, f, MIB + 1).unwrap();
            assert_eq!(w.folios(f, 0), [256, 1]);
            w.checked();
            assert_eq!(w.m.stats().nr_shmem_hugepages, 0);
        }
    }
}

#[test]
fn a_full_mount_splits_tails_before_it_refuses() {
    let mut w = World::new();
    let f = w.tmpfs(ShmemEnabled::Always, 4 * MIB);
    assert_eq!(w.pwrite(f, 0, 2 * MIB + 8 * KIB), Ok(2 * MIB + 8 * KIB));
    assert_eq!(w.folios(f, 0), [512, 512]);
    let g = w.m.create_tmpfs_file("t", "g", 0).unwrap();
    // No huge page fits, but what lies behind the end of the first file makes room.
    assert_eq!(w.pwrite(g, 0, 64 * KIB), Ok(64 * KIB));
    assert_eq!(w.folios(f, 512), [1, 1]);
    assert_eq!(
        w.folios(g, 0),
        [1, 1, 2, 4, 8],
        "what is free beside the first page"
    );
    assert_eq!(w.pwrite(g, 64 * KIB, 4 * MIB), Ok((510 - 16) * 4 * KIB));
    assert_eq!(w.pwrite(g, 4 * MIB, 1), Err(Errno::ENOSPC));
    let a = w.map(0, 8 * MIB, MAP_SHARED, g);
    w.m.ftruncate(w.pid, g, 8 * MIB).unwrap();
    assert_eq!(
        w.m.store(w.pid, a + 5 * MIB, Pattern::Fill(1)).unwrap(),
        Err(crate::vm::access::Signal::Sigbus)
    );
    w.checked();
}

#[test]
fn mounts_are_refused_and_changed() {
    let mut w = World::new();
    let with = |huge| TmpfsOptions {
        huge,
        ..TmpfsOptions::default()
    };
    for bad in [ShmemEnabled::Deny, ShmemEnabled::Force] {
        assert_eq!(w.m.mount_tmpfs("t", with(Some(bad))), Err(Errno::EINVAL));
    }
    assert_eq!(w.m.create_tmpfs_file("t", "f", 0), Err(Errno::ENOENT));
    let f = w.tmpfs(ShmemEnabled::Never, MIB);
    // The file keeps to pages of 4 KiB a step, as it was made before; what is new may be huge.
    w.m.mount_tmpfs("t", with(Some(ShmemEnabled::WithinSize)))
        .unwrap();
    assert_eq!(w.pwrite(f, 0, 8 * KIB), Ok(8 * KIB));
    assert_eq!(w.folios(f, 0), [1, 1]);
    let g = w.m.create_tmpfs_file("t", "g", 0).unwrap();
    assert_eq!(w.pwrite(g, 0, 8 * KIB), Ok(8 * KIB));
    assert_eq!(w.folios(g, 0), [2]);
    let small = TmpfsOptions {
        size: Some(4 * KIB),
        ..TmpfsOptions::default()
    };
    assert_eq!(w.m.mount_tmpfs("t", small), Err(Errno::EINVAL));
}
