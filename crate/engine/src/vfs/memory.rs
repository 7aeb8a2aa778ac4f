//! `/sys/devices/system/memory`: the blocks memory is taken off-line by.
//!
//! Counterpart: `drivers/base/memory.c`. What a write does is in `phys/memory_hotplug`.

use super::parse::parse_bool;
use crate::errno::Errno;
use crate::machine::Machine;
use crate::vm::addr::PAGE_SIZE;

/// The file beside the directories of the blocks.
pub(super) const SYSTEM_FILES: &[(&str, u16)] = &[("block_size_bytes", 0o444)];

/// Files of one block.
pub(super) const FILES: &[(&str, u16)] = &[
    ("online", 0o644),
    ("phys_device", 0o444),
    ("phys_index", 0o444),
    ("removable", 0o444),
    ("state", 0o644),
    ("valid_zones", 0o444),
];

impl Machine {
    /// Size of a block in hexadecimal bytes.
    pub(super) fn memory_show(&self) -> String {
        format!("{:x}\n", u64::from(self.memory_block_pages()) * PAGE_SIZE)
    }

    /// A file of one block.
    #[inline(never)]
    pub(super) fn memory_block_show(&self, block: u32, name: &str) -> String {
        let online = self.memory_block_online(block);
        let mut text = match (name, online) {
            ("phys_index", _) => return format!("{block:08x}\n"),
            ("state", true) => "online",
            ("state", false) => "offline",
            ("valid_zones", _) => match self.memory_block_zone(block) {
                None => "none",
                Some(zone) => self.zones[zone].kind.name(),
            },
            // Since 5.8 all of them may be tried.
            ("removable", _) | ("online", true) => "1",
            _ => "0",
        }
        .to_owned();
        if name == "valid_zones" && !online {
            text += " Movable";
        }
        text + "\n"
    }

    /// Writes `state` or `online` of one block.
    ///
    /// EINVAL for other words, and for the state it is in already, which `online` takes.
    #[inline(never)]
    pub(super) fn memory_block_store(
        &mut self,
        block: u32,
        name: &str,
        text: &str,
    ) -> Result<(), Errno> {
        let online = if name == "online" {
            parse_bool(text).map_err(|_| Errno::EINVAL)?
        } else {
            match text.strip_suffix('\n').unwrap_or(text) {
                "online" | "online_kernel" | "online_movable" => true,
                "offline" => false,
                _ => return Err(Errno::EINVAL),
            }
        };
        match self.memory_block_online(block) {
            is if is == online && name == "online" => Ok(()),
            is if is == online => Err(Errno::EINVAL),
            true => self.offline_memory_block(block),
            false => {
                self.online_memory_block(block);
                Ok(())
            }
        }
    }
}
