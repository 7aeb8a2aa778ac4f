//! Virtual time: who is woken when.
//!
//! Time moves only by [`Machine::advance`]. It stops at every moment one of the daemons has something to do, and lets
//! it do one unit: khugepaged a 2 MiB range, ksmd a page. All that is due is kept in the daemons themselves, so
//! time can be cut into slices anywhere and comes to the same.
//!
//! A span of time includes its first moment, not its last: what is due at its end belongs to the next span.

use crate::machine::Machine;

/// Length of a tick: HZ is 250.
const JIFFY_NS: u64 = 4_000_000;

/// When a daemon's sleep of `millisecs` that begins at `now_ns` ends: on a tick, at once for 0, and never (`None`)
/// beyond 2^31 ms (`msecs_to_jiffies`).
pub(crate) fn sleep_end(now_ns: u64, millisecs: u32) -> Option<u64> {
    let jiffies = u64::from(millisecs).div_ceil(JIFFY_NS / 1_000_000);
    match i32::try_from(millisecs) {
        Ok(0) => Some(now_ns),
        Ok(_) => Some((now_ns / JIFFY_NS + jiffies).saturating_mul(JIFFY_NS)),
        Err(_) => None,
    }
}

/// Who is due next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Daemon {
    Khugepaged,
    Ksmd,
    Kcompactd,
}

impl Machine {
    /// Lets `dt_ns` of virtual time pass. The daemons wake by their own settings.
    ///
    /// ```
    /// use mm_engine::phys::content::Pattern;
    /// use mm_engine::vm::uapi::{Advice, MAP_ANONYMOUS, MAP_PRIVATE, PROT_READ, PROT_WRITE};
    /// use mm_engine::{Machine, MachineConfig};
    ///
    /// let mut machine = Machine::new(MachineConfig::default())?;
    /// let pid = machine.spawn("p1")?;
    /// let addr = machine.mmap(pid, 0, 2 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS)?;
    /// // One page written before the advice: a small one.
    /// assert_eq!(machine.store(pid, addr, Pattern::Fill(7))?, Ok(()));
    /// machine.madvise(pid, addr, 2 << 20, Advice::HugePage as i32)?;
    /// // khugepaged sleeps 10 s between wake-ups, and one page of 512 is enough for it.
    /// machine.advance(20_000_000_000);
    /// assert_eq!(machine.khugepaged_pages_collapsed(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn advance(&mut self, dt_ns: u64) {
        self.advance_bounded(dt_ns, u64::MAX);
    }

    /// Lets up to `dt_ns` pass, but stops after `max_units` units of the daemons, so that a page that calls it stays
    /// responsive. Returns the ns that passed; the caller asks again for the rest. It can be 0 when work was done:
    /// much can be due at one moment.
    pub fn advance_bounded(&mut self, dt_ns: u64, max_units: u64) -> u64 {
        let start = self.now_ns;
        let end = start.saturating_add(dt_ns);
        self.ksm_tell_visits_anew();
        for _ in 0..max_units {
            let Some((at, daemon)) = self.next_due().filter(|d| d.0 < end) else {
                self.now_ns = end;
                break;
            };
            self.now_ns = self.now_ns.max(at);
            match daemon {
                Daemon::Khugepaged => self.khugepaged_run_due(),
                Daemon::Ksmd => self.ksmd_run_due(),
                Daemon::Kcompactd => self.kcompactd_run_due(),
            }
        }
        self.now_ns - start
    }

    /// The next moment a daemon has something to do, as things stand; `None` if only a command or a write can wake
    /// one.
    pub fn next_wake_ns(&self) -> Option<u64> {
        self.next_due().map(|d| d.0)
    }

    /// Of several that are due, the first of these goes first.
    fn next_due(&self) -> Option<(u64, Daemon)> {
        let due = [
            (self.kcompactd_next_wake_ns(), Daemon::Kcompactd),
            (self.khugepaged_next_wake_ns(), Daemon::Khugepaged),
            (self.ksmd_next_wake_ns(), Daemon::Ksmd),
        ];
        let due = due
            .into_iter()
            .filter_map(|(at, daemon)| Some((at?, daemon)));
        due.min_by_key(|d| d.0)
    }
}

#[cfg(test)]
mod tests {
    use super::sleep_end;

    #[test]
    fn sleeps_end_on_ticks() {
        let ms = 1_000_000;
        for (now, millisecs, want) in [
            (0, 10_000, Some(10_000 * ms)),
            (3_999_999, 10, Some(12 * ms)),
            (4 * ms, 1, Some(8 * ms)),
            (5, 0, Some(5)),
            (0, i32::MAX as u32, Some(2_147_483_648 * ms)),
            (0, i32::MAX as u32 + 1, None),
        ] {
            assert_eq!(sleep_end(now, millisecs), want, "{now} + {millisecs} ms");
        }
    }
}
