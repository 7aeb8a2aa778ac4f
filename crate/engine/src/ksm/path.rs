//! The way of a search through the trees, for explanations and pictures only: a search that nobody asked about
//! records nothing.

use super::rmap_item::ItemId;
use crate::machine::Machine;
use crate::vm::addr::{MmId, Pfn};
use std::cmp::Ordering;

/// A comparison on the way from a root.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SearchStep {
    /// Frame compared with.
    pub pfn: Pfn,
    /// In the unstable tree: the page that waits there.
    pub waits: Option<(MmId, u64)>,
    /// The searching page against that one, as `memcmp` has it: `Less` turns left.
    pub order: Ordering,
    /// First byte that differs: its offset, that of the searching page, the other; zeros if none does.
    pub byte: (u16, u8, u8),
}

/// The steps of one visit, those in the stable tree first.
#[derive(Clone, Debug, Default)]
pub(super) struct SearchPath {
    pub wanted: bool,
    pub steps: Vec<SearchStep>,
}

impl SearchPath {
    /// Notes that `page` was compared with `other`, which `item` has waiting or the stable tree holds.
    #[inline]
    pub(super) fn note(&mut self, m: &Machine, page: Pfn, other: Pfn, item: Option<ItemId>) {
        if self.wanted {
            self.record(m, page, other, item);
        }
    }

    fn record(&mut self, m: &Machine, page: Pfn, other: Pfn, item: Option<ItemId>) {
        let (a, b) = (m.frames.content(page), m.frames.content(other));
        let byte = m.contents.first_difference(a, b).map_or((0, 0, 0), |at| {
            (at as u16, m.contents.byte(a, at), m.contents.byte(b, at))
        });
        self.steps.push(SearchStep {
            pfn: other,
            waits: item.map(|id| (m.item(id).mm, m.item(id).addr)),
            order: byte.1.cmp(&byte.2),
            byte,
        });
    }

    /// The neighbours in one of the trees: whom the page would stand between.
    pub(super) fn neighbours(&self, m: &Machine, stable: bool) -> String {
        let mut text = String::new();
        for (order, word) in [(Ordering::Greater, "after"), (Ordering::Less, "before")] {
            let ours = |s: &&SearchStep| s.waits.is_none() == stable && s.order == order;
            let Some(step) = self.steps.iter().rev().find(ours) else {
                continue;
            };
            let name = match step.waits {
                Some((mm, addr)) => m.page_name(mm, addr),
                None => format!("frame {}", step.pfn.0),
            };
            let (at, here, there) = step.byte;
            let comma = if text.is_empty() { "" } else { ", " };
            text += &format!("{comma}{word} {name} (byte {at} is {there:#04x}, here {here:#04x})");
        }
        if text.is_empty() {
            text += "the tree is empty";
        }
        text
    }
}
