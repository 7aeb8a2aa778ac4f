//! Who maps a KSM page.
//!
//! Counterparts: `rmap_walk_ksm`, `ksm_might_need_to_copy`.

use super::rmap_item::ItemId;
use super::settings::Run;
use crate::machine::Machine;
use crate::phys::frame::FrameFlags;
use crate::vm::addr::{MmId, Pfn, VmaId};

impl Machine {
    /// Address spaces and addresses that map a KSM page, in the order reclaim finds them: each item's own process,
    /// newest item first, then the children of forks. Empty for other pages.
    pub fn ksm_mappings(&self, page: Pfn) -> Vec<(MmId, u64)> {
        let mut out = Vec::new();
        let Some(node) = self.stable_node_of(page) else {
            return out;
        };
        for forked in [false, true] {
            let mut at = ItemId(self.node(node).hlist);
            while !at.is_none() {
                let item = self.item(at);
                for &vma in &self.anon_vma(item.anon_vma()).vmas {
                    let v = self.vma(vma);
                    if (v.mm != item.mm) == forked
                        && (v.start..v.end).contains(&item.addr)
                        && self.maps_page(v.mm, item.addr, page).is_some()
                        && !out.contains(&(v.mm, item.addr))
                    {
                        out.push((v.mm, item.addr));
                    }
                }
                at = ItemId(self.item_link(at).next());
            }
        }
        out
    }

    /// A KSM page is in another frame now (`folio_migrate_ksm`).
    pub fn ksm_migrate_page(&mut self, from: Pfn, to: Pfn) {
        if let Some(node) = self.stable_node_of(from) {
            self.node_mut(node).kpfn = to;
        }
    }

    /// Whether a page that comes back from the swap cache must be copied to be mapped at `addr`: another anchor or
    /// another place than the page was made for, unless it is a KSM page still.
    pub fn ksm_might_need_to_copy(&self, page: Pfn, vma: VmaId, addr: u64) -> bool {
        let (v, flags) = (self.vma(vma), self.frames.flags(page));
        if flags.has(FrameFlags::KSM) {
            return self.stable_node_of(page).is_none() || self.ksm.settings.run == Run::Unmerge;
        }
        let Some(own) = v.anon_vma else { return false };
        let head = self.frames.head(page);
        // The anchor of a page that only the swap cache holds may be gone.
        let root = |a: usize| {
            self.anon_vmas
                .get(a)
                .and_then(Option::as_ref)
                .map(|a| a.root)
        };
        flags.has(FrameFlags::ANON)
            && head == page
            && !self.folio_large(page)
            && (self.frames.index(page) != v.page_index(addr)
                || root(self.frames.anchor(page) as usize) != root(own.index()))
    }
}
