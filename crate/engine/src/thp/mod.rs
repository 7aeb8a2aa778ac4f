//! Transparent huge pages: who may have them, faults that make them, and how they are taken apart.
//!
//! Counterpart: `mm/huge_memory.c`.

mod boot;
mod deferred;
mod huge_fault;
mod huge_zero;
mod policy;
mod settings;
mod split_folio;
mod split_pmd;
mod why;

pub use policy::TvaType;
pub use settings::{Defrag, Enabled, ShmemEnabled, ShmemSizeEnabled, SizeEnabled, THP_FILES};
pub(crate) use split_folio::Cut;

use crate::vm::addr::Pfn;
use std::collections::BTreeMap;

/// Settings and global state of transparent huge pages.
#[derive(Clone, Debug)]
pub struct Thp {
    /// `enabled`.
    pub enabled: Enabled,
    /// `defrag`.
    pub defrag: Defrag,
    /// `use_zero_page`.
    pub use_zero_page: bool,
    /// `shrink_underused`.
    pub shrink_underused: bool,
    /// `shmem_enabled`.
    pub shmem_enabled: ShmemEnabled,
    /// The last of its words that says something to the internal mount: neither `deny` nor `force`.
    pub shmem_mount: ShmemEnabled,
    /// `hugepages-<N>kB/enabled`, by order 2..=9.
    pub size_enabled: [SizeEnabled; 10],
    /// What both come to: orders allowed to anonymous areas that are not advised, and to those that are.
    anon_orders: [u32; 2],
    /// `hugepages-<N>kB/shmem_enabled`, by order 1..=9.
    pub shmem_size_enabled: [ShmemSizeEnabled; 10],
    /// The huge zero folio, once allocated.
    pub huge_zero: Option<Pfn>,
    /// Its users: address spaces, plus one for the shrinker.
    pub huge_zero_refs: u32,
    /// Folios that may be split when memory is short, by place in the queue.
    pub deferred: BTreeMap<u32, Pfn>,
}

impl Thp {
    /// At boot: 2048kB inherits, all other sizes never.
    ///
    /// Deviation: Linux clears all of it on a machine below 512 MiB.
    pub fn new(config: &crate::config::MachineConfig) -> Self {
        let mut size_enabled = [SizeEnabled::Never; 10];
        size_enabled[9] = SizeEnabled::Inherit;
        let mut shmem_size_enabled = [ShmemSizeEnabled::Never; 10];
        shmem_size_enabled[9] = ShmemSizeEnabled::Inherit;
        let size_enabled = config.thp_anon.unwrap_or(size_enabled);
        let shmem_size_enabled = config.thp_shmem.unwrap_or(shmem_size_enabled);
        // These two are orders to the sizes, not to the mount.
        let orders = [ShmemEnabled::Deny, ShmemEnabled::Force];
        let shmem_mount = if orders.contains(&config.shmem_enabled) {
            ShmemEnabled::Never
        } else {
            config.shmem_enabled
        };
        let mut thp = Thp {
            anon_orders: [0; 2],
            enabled: config.thp_enabled,
            defrag: Defrag::Madvise,
            use_zero_page: true,
            shrink_underused: true,
            shmem_enabled: config.shmem_enabled,
            shmem_mount,
            size_enabled,
            shmem_size_enabled,
            huge_zero: None,
            huge_zero_refs: 0,
            deferred: BTreeMap::new(),
        };
        thp.update_anon_orders();
        thp
    }

    /// To be called after a change of `enabled` or `size_enabled`.
    fn update_anon_orders(&mut self) {
        for (advised, mask) in [false, true].into_iter().zip(&mut self.anon_orders) {
            let inherit = match self.enabled {
                Enabled::Always => true,
                Enabled::Madvise => advised,
                Enabled::Never => false,
            };
            let allowed = |o: &usize| match self.size_enabled[*o] {
                SizeEnabled::Always => true,
                SizeEnabled::Madvise => advised,
                SizeEnabled::Inherit => inherit,
                SizeEnabled::Never => false,
            };
            *mask = (2..=9).filter(allowed).fold(0, |mask, o| mask | 1 << o);
        }
    }
}
