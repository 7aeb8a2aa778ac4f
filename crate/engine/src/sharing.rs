//! What a machine costs beside another that it was cloned from: the blocks they do not share.

use crate::machine::Machine;

impl Machine {
    /// Host memory in bytes that this machine takes and `before` does not: blocks of the frame table, contents, page
    /// tables, KSM's items, swap slots and events that were written since the clone. Small lists (areas, processes,
    /// settings) are counted as one sum. `None` counts everything that is not shared with an untouched machine.
    pub fn unshared_bytes(&self, before: Option<&Machine>) -> u64 {
        const SMALL: u64 = 16 << 10;
        const AREA: u64 = 256;
        let b = before;
        let areas = (self.vmas.len() + self.anon_vmas.len()) as u64 * AREA;
        SMALL
            + areas
            + self.frames.unshared_bytes(b.map(|b| &b.frames))
            + self.contents.unshared_bytes(b.map(|b| &b.contents))
            + self.tables.unshared_bytes(b.map(|b| &b.tables))
            + self.ksm.unshared_bytes(b.map(|b| &b.ksm))
            + self.swap.unshared_bytes(b.map(|b| &b.swap))
            + self.events.unshared_bytes(b.map(|b| &b.events))
    }
}

#[cfg(test)]
mod tests {
    use crate::MachineConfig;
    use crate::machine::Machine;
    use crate::phys::content::Pattern;
    use crate::vm::uapi::{MAP_ANONYMOUS, MAP_PRIVATE, PROT_READ, PROT_WRITE};

    #[test]
    fn a_clone_costs_what_is_written_after_it() {
        let mut m = Machine::new(MachineConfig::default()).unwrap();
        let pid = m.spawn("p").unwrap();
        let (prot, flags) = (PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS);
        let addr = m.mmap(pid, 0, 64 << 20, prot, flags).unwrap();
        let store = |m: &mut Machine, page: u64| {
            m.store(pid, addr + page * 4096, Pattern::Stream(page))
                .unwrap()
                .unwrap();
        };
        (0..8192).for_each(|page| store(&mut m, page));
        let before = m.clone();
        let nothing = m.unshared_bytes(Some(&before));
        store(&mut m, 8192);
        let little = m.unshared_bytes(Some(&before)) - nothing;
        assert!(little > 0 && little < 400 << 10, "{little}");
        (8193..16384).for_each(|page| store(&mut m, page));
        let much = m.unshared_bytes(Some(&before)) - nothing;
        assert!(
            much > 8192 * 24,
            "{much}: at least the frame table of the new pages"
        );
        assert!(m.unshared_bytes(None) > much);
    }
}
