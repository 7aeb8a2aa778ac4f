//! Anchors of anonymous pages: who may map a page, and which areas may merge.
//!
//! Counterparts in `mm/rmap.c`: `__anon_vma_prepare`, `anon_vma_clone`, `anon_vma_fork`, `unlink_anon_vmas`;
//! in `mm/vma.c`: `find_mergeable_anon_vma`.

use super::addr::{AnonVmaId, VmaId};
use super::vma::VmFlags;
use crate::machine::Machine;

/// One anchor.
#[derive(Clone, Debug)]
pub struct AnonVma {
    /// The oldest ancestor; itself for the first.
    pub root: AnonVmaId,
    /// The anchor of the area it was forked from; itself for the first.
    pub parent: AnonVmaId,
    /// Anchors forked from it, plus one for a root (it is its own parent).
    pub num_children: u32,
    /// Areas whose own anchor it is.
    pub num_active_vmas: u32,
    /// Areas that may map its pages.
    pub vmas: Vec<VmaId>,
    /// References held by KSM's stable items.
    pub extra_refs: u32,
}

impl Machine {
    /// An anchor that exists.
    pub fn anon_vma(&self, id: AnonVmaId) -> &AnonVma {
        self.anon_vmas[id.index()]
            .as_ref()
            .expect("anchors live as long as they are linked")
    }

    pub(crate) fn anon_vma_mut(&mut self, id: AnonVmaId) -> &mut AnonVma {
        self.anon_vmas[id.index()]
            .as_mut()
            .expect("anchors live as long as they are linked")
    }

    fn new_anon_vma(&mut self, parent: Option<AnonVmaId>) -> AnonVmaId {
        let id = AnonVmaId(match self.free_anon_vmas.pop() {
            Some(id) => id.0,
            None => {
                self.anon_vmas.push(None);
                self.anon_vmas.len() as u32 - 1
            }
        });
        let root = parent.map_or(id, |p| self.anon_vma(p).root);
        self.anon_vmas[id.index()] = Some(AnonVma {
            root,
            parent: parent.unwrap_or(id),
            num_children: u32::from(parent.is_none()),
            num_active_vmas: 1,
            vmas: Vec::new(),
            extra_refs: 0,
        });
        if let Some(p) = parent {
            self.anon_vma_mut(p).num_children += 1;
        }
        id
    }

    fn link_anon_vma(&mut self, vma: VmaId, anon_vma: AnonVmaId) {
        self.anon_vma_mut(anon_vma).vmas.push(vma);
        self.vma_mut(vma).chain.push(anon_vma);
    }

    /// The anchor of an area, made or borrowed from a neighbour that could merge (`__anon_vma_prepare`).
    pub(crate) fn anon_vma_prepare(&mut self, vma: VmaId) -> AnonVmaId {
        if let Some(a) = self.vma(vma).anon_vma {
            return a;
        }
        let a = match self.find_mergeable_anon_vma(vma) {
            Some(a) => {
                self.anon_vma_mut(a).num_active_vmas += 1;
                a
            }
            None => self.new_anon_vma(None),
        };
        self.link_anon_vma(vma, a);
        self.vma_mut(vma).anon_vma = Some(a);
        a
    }

    /// A neighbour's anchor that this area may use: next first, then previous (`find_mergeable_anon_vma`).
    fn find_mergeable_anon_vma(&self, vma: VmaId) -> Option<AnonVmaId> {
        let v = self.vma(vma);
        let next = self
            .vma_after(v.mm, v.end)
            .filter(|n| self.vma(*n).start == v.end);
        let prev = self
            .vma_before(v.mm, v.start)
            .filter(|p| self.vma(*p).end == v.start);
        let usable = |lower: VmaId, upper: VmaId, from: VmaId| {
            let (a, b) = (self.vma(lower), self.vma(upper));
            let ignored = VmFlags::ACCESS.with(VmFlags::STICKY);
            let compatible = a.file == b.file
                && a.flags.without(ignored) == b.flags.without(ignored)
                && b.pgoff == a.pgoff + a.pages();
            let f = self.vma(from);
            if compatible && f.chain.len() == 1 {
                f.anon_vma
            } else {
                None
            }
        };
        next.and_then(|n| usable(vma, n, n))
            .or_else(|| prev.and_then(|p| usable(p, vma, p)))
    }

    /// Gives `dst` the anchors of `src` (`anon_vma_clone`): for splits, moves and merges of areas. At fork
    /// (`dst` has no anchor yet) an anchor of an ancestor that no area uses any more is taken over.
    pub(crate) fn anon_vma_clone(&mut self, dst: VmaId, src: VmaId) {
        let forking = self.vma(dst).anon_vma.is_none() && self.vma(src).anon_vma.is_some();
        for a in self.vma(src).chain.clone() {
            self.link_anon_vma(dst, a);
            let v = self.anon_vma(a);
            if forking
                && self.vma(dst).anon_vma.is_none()
                && v.num_children < 2
                && v.num_active_vmas == 0
            {
                self.vma_mut(dst).anon_vma = Some(a);
            }
        }
        if let Some(a) = self.vma(dst).anon_vma {
            self.anon_vma_mut(a).num_active_vmas += 1;
        }
    }

    /// The child's anchors: those of the parent's area, and one of its own for new pages (`anon_vma_fork`).
    pub(crate) fn anon_vma_fork(&mut self, child: VmaId, parent: VmaId) {
        let Some(parent_anon) = self.vma(parent).anon_vma else {
            return;
        };
        self.anon_vma_clone(child, parent);
        if self.vma(child).anon_vma.is_none() {
            let a = self.new_anon_vma(Some(parent_anon));
            self.vma_mut(child).anon_vma = Some(a);
            self.link_anon_vma(child, a);
        }
    }

    /// Before a merge makes `dst` cover pages of `src`: `dst` gets its anchors if it has none (`dup_anon_vma`).
    pub(crate) fn dup_anon_vma(&mut self, dst: VmaId, src: VmaId) {
        if self.vma(dst).anon_vma.is_none() && self.vma(src).anon_vma.is_some() {
            self.vma_mut(dst).anon_vma = self.vma(src).anon_vma;
            self.anon_vma_clone(dst, src);
        }
    }

    /// Takes an area out of its anchors; anchors nobody needs go (`unlink_anon_vmas`).
    pub(crate) fn unlink_anon_vmas(&mut self, vma: VmaId) {
        if let Some(a) = self.vma(vma).anon_vma {
            self.anon_vma_mut(a).num_active_vmas -= 1;
        }
        let chain = std::mem::take(&mut self.vma_mut(vma).chain);
        for &a in &chain {
            self.anon_vma_mut(a).vmas.retain(|v| *v != vma);
        }
        // Newest first: whoever may map a child's pages is linked to the parent too, so parents go last.
        for &a in chain.iter().rev() {
            let v = self.anon_vma(a);
            if v.vmas.is_empty() {
                let (parent, refs) = (v.parent, v.extra_refs);
                self.anon_vma_mut(parent).num_children -= 1;
                if refs == 0 {
                    self.free_anon_vma(a);
                } else {
                    // Only KSM's items still name it.
                    let v = self.anon_vma_mut(a);
                    (v.parent, v.root) = (a, a);
                    v.num_children = 1;
                }
            }
        }
        self.vma_mut(vma).anon_vma = None;
    }

    fn free_anon_vma(&mut self, a: AnonVmaId) {
        self.anon_vmas[a.index()] = None;
        self.free_anon_vmas.push(a);
    }

    /// One reference more for a stable KSM item (`get_anon_vma`).
    pub(crate) fn get_anon_vma(&mut self, a: AnonVmaId) {
        self.anon_vma_mut(a).extra_refs += 1;
    }

    /// One reference less (`put_anon_vma`).
    pub(crate) fn put_anon_vma(&mut self, a: AnonVmaId) {
        let v = self.anon_vma_mut(a);
        v.extra_refs -= 1;
        if v.extra_refs == 0 && v.vmas.is_empty() {
            self.free_anon_vma(a);
        }
    }
}
