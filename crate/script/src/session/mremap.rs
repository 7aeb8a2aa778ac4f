//! Regions that are moved and resized, and the names that go with them.

use super::process::bytes;
use super::regions::Region;
use super::{Bad, Session, Step};
use crate::language::{Mremap, Name, Pages, Place, RegionRange};
use mm_engine::vm::addr::{PAGE_SIZE, Pid, pmd_aligned};
use mm_engine::vm::uapi;

impl Session {
    pub(super) fn mremap(&mut self, pid: Pid, m: &Mremap, step: &mut Step) -> Result<(), Bad> {
        match m {
            Mremap::Move {
                from,
                to,
                place,
                dontunmap,
            } => self.mremap_move(pid, from, to, place, *dontunmap, step),
            Mremap::Resize {
                region,
                len_bytes,
                maymove,
            } => {
                let old = self.names_mut(pid).require(region)?.clone();
                let flags = if *maymove { uapi::MREMAP_MAYMOVE } else { 0 };
                let mut at = None;
                self.call(step, &mut |m| {
                    m.mremap(pid, old.base, old.len, *len_bytes, flags, 0)
                        .map(|a| at = Some(a))
                })?;
                if let Some(base) = at {
                    step.moved = Some(base != old.base);
                    if base != old.base {
                        step.aligned_2m = Some(pmd_aligned(base));
                    }
                    let len = len_bytes.next_multiple_of(PAGE_SIZE);
                    self.set_region(pid, Region { base, len, ..old });
                }
                Ok(())
            }
        }
    }

    fn mremap_move(
        &mut self,
        pid: Pid,
        from: &RegionRange,
        to: &Name,
        place: &Place,
        dontunmap: bool,
        step: &mut Step,
    ) -> Result<(), Bad> {
        let (base, span) = self.names_mut(pid).resolve(from)?;
        let (addr, len) = bytes(base, span);
        let known = self.names_mut(pid).region(to).map(|r| r.base);
        let target = match (known, place) {
            (Some(base), _) => base,
            (None, Place::After(range)) => {
                let (base, span) = self.names_mut(pid).resolve(range)?;
                base + span.end * PAGE_SIZE
            }
            (None, Place::Slot { offset_bytes }) => {
                self.new_slot(len.saturating_add(*offset_bytes)) + offset_bytes
            }
            (None, _) => self.new_slot(len),
        };
        let keep = if dontunmap { uapi::MREMAP_DONTUNMAP } else { 0 };
        let flags = uapi::MREMAP_MAYMOVE | uapi::MREMAP_FIXED | keep;
        self.call(step, &mut |m| {
            m.mremap(pid, addr, len, len, flags, target).map(|_| ())
        })?;
        if step.errno.is_none() {
            self.set_region(
                pid,
                Region {
                    name: to.clone(),
                    base: target,
                    len,
                },
            );
            if from.pages == Pages::Whole && !dontunmap {
                self.remove_region(pid, &from.region);
            }
        }
        Ok(())
    }
}
