//! What a machine is made of: the `machine` line of a script, and the kernel's boot parameters.

/// Most simulated memory, in bytes.
pub const MAX_MEM: u64 = 64 << 30;
/// Least simulated memory: khugepaged and the zones need some room.
pub const MIN_MEM: u64 = 64 << 20;
/// Most NUMA nodes.
pub const MAX_NODES: u8 = 8;
/// Most CPUs.
pub const MAX_CPUS: u32 = 256;

/// Largest block of a filesystem, in bytes.
pub const MAX_FS_BLOCK: u64 = 64 << 10;

/// What files on disk lie on: how large their folios in the page cache may be.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Filesystem {
    /// ext4 with 4 KiB blocks.
    #[default]
    Ext4,
    /// XFS with 4 KiB blocks.
    Xfs,
    /// btrfs: single pages only.
    Btrfs,
    /// A block device read as a file.
    Bdev,
}

impl Filesystem {
    /// Largest folio (`mapping_max_folio_order`); the smallest is a page for all of them.
    pub(crate) fn max_order(self) -> u8 {
        if self == Filesystem::Btrfs { 0 } else { 9 }
    }
}

/// Configuration of a machine. Equal configurations and commands give equal machines.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MachineConfig {
    /// Memory in bytes, [`MIN_MEM`]..=[`MAX_MEM`].
    pub mem: u64,
    /// NUMA nodes, 1..=[`MAX_NODES`].
    pub nodes: u8,
    /// Distance between any two of them, 11..=254; a node is 10 away from itself.
    pub distance: u8,
    /// CPUs, 1..=[`MAX_CPUS`].
    pub cpus: u32,
    /// Seed of everything that is random by request.
    pub seed: u64,
    /// `transparent_hugepage=`: index of always, madvise, never.
    pub thp_enabled: crate::thp::Enabled,
    /// `transparent_hugepage_shmem=`.
    pub shmem_enabled: crate::thp::ShmemEnabled,
    /// `thp_anon=`: modes by order, what is not named is never.
    pub thp_anon: Option<[crate::thp::SizeEnabled; 10]>,
    /// `thp_shmem=`, in the same way.
    pub thp_shmem: Option<[crate::thp::ShmemSizeEnabled; 10]>,
    /// A store to the huge zero page makes 512 entries of it and one small page, as before 6.13; since then it makes a huge
    /// page.
    pub split_huge_zero: bool,
    /// Daemons wait for `scan` and `wake` commands instead of their timers, as on the machine that recorded
    /// the conformance scenarios: ksmd runs, both have been round once, and a wake-up has no budget limit
    /// until the script sets one.
    pub parked: bool,
    /// `transparent_hugepage_tmpfs=`: `huge=` of mounts that do not say.
    pub tmpfs_huge: crate::thp::ShmemEnabled,
    /// What files on disk lie on.
    pub fs: Filesystem,
    /// Bytes of a block of XFS or a block device, a power of two: larger ones than a page make the smallest folio.
    pub fs_block: u64,
    /// `CONFIG_READ_ONLY_THP_FOR_FS`: khugepaged and MADV_COLLAPSE take files on disk that nobody has open for writing.
    pub read_only_thp_for_fs: bool,
    /// `hugepagesz=`, `hugepages=` and `default_hugepagesz=` in their order on the command line.
    pub hugetlb: crate::hugetlb::boot::HugetlbBoot,
}

impl Default for MachineConfig {
    fn default() -> Self {
        MachineConfig {
            mem: 4 << 30,
            nodes: 1,
            distance: 20,
            cpus: 2,
            seed: 1,
            thp_enabled: crate::thp::Enabled::Madvise,
            shmem_enabled: crate::thp::ShmemEnabled::Never,
            thp_anon: None,
            thp_shmem: None,
            split_huge_zero: false,
            parked: false,
            tmpfs_huge: crate::thp::ShmemEnabled::Never,
            fs: Filesystem::Ext4,
            fs_block: 4096,
            read_only_thp_for_fs: false,
            hugetlb: Default::default(),
        }
    }
}

/// A configuration that cannot be built.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ConfigError {
    /// The option: `mem`, `nodes`, `cpus`.
    pub option: &'static str,
    /// What is allowed.
    pub expected: String,
}

impl std::fmt::Display for ConfigError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: expected {}", self.option, self.expected)
    }
}

impl std::error::Error for ConfigError {}

impl MachineConfig {
    /// Smallest folio of files on disk (`mapping_min_folio_order`).
    pub(crate) fn fs_min_order(&self) -> u8 {
        match self.fs {
            Filesystem::Xfs | Filesystem::Bdev => (self.fs_block / 4096).max(1).ilog2() as u8,
            _ => 0,
        }
    }

    /// Checks the bounds.
    ///
    /// # Errors
    /// The first option that is out of bounds.
    pub fn validate(&self) -> Result<(), ConfigError> {
        let err = |option, expected: String| Err(ConfigError { option, expected });
        if !(MIN_MEM..=MAX_MEM).contains(&self.mem) || !self.mem.is_multiple_of(2 << 20) {
            return err("mem", "64M to 64G, a multiple of 2M".into());
        }
        if !(1..=MAX_NODES).contains(&self.nodes) {
            return err("nodes", format!("1 to {MAX_NODES}"));
        }
        if !(11..=254).contains(&self.distance) {
            return err("distance", "11 to 254".into());
        }
        if !(1..=MAX_CPUS).contains(&self.cpus) {
            return err("cpus", format!("1 to {MAX_CPUS}"));
        }
        if !self.fs_block.is_power_of_two() || !(512..=MAX_FS_BLOCK).contains(&self.fs_block) {
            return err("fs_block", "a power of two, 512 to 64K".into());
        }
        if self.mem / u64::from(self.nodes) < MIN_MEM {
            return err("nodes", "at least 64M of memory for each".into());
        }
        Ok(())
    }
}
