//! `/sys/kernel/tracing`: `trace` and the switches of the tracepoints.
//!
//! Counterpart: `kernel/trace/trace_events.c`. Every tracepoint is recorded always and shown where it was enabled, see
//! [`crate::trace::Tracing`].
//!
//! Room: `filter`, `trigger` and `hist` are further rows of [`EVENT_FILES`].

use super::parse::{ParseError, parse_ulong};
use crate::errno::Errno;
use crate::machine::Machine;
use crate::trace::ftrace::{Group, TRACEPOINTS};

/// The switch of all events, and of a group.
pub(super) const ENABLE: &[(&str, u16)] = &[("enable", 0o640)];
/// Files of one tracepoint.
pub(super) const EVENT_FILES: &[(&str, u16)] =
    &[("enable", 0o640), ("format", 0o440), ("id", 0o440)];

/// Only 0 and 1.
fn switch(text: &str) -> Result<bool, Errno> {
    match parse_ulong(text) {
        Ok(n @ 0..=1) => Ok(n == 1),
        Ok(_) | Err(ParseError::Invalid) => Err(Errno::EINVAL),
        Err(ParseError::Overflow) => Err(Errno::ERANGE),
    }
}

/// Tracepoints of a group, or all.
fn of_group(group: Option<Group>) -> impl Iterator<Item = usize> {
    (0..TRACEPOINTS.len()).filter(move |i| group.is_none_or(|g| TRACEPOINTS[*i].group == g))
}

impl Machine {
    /// A file of one tracepoint.
    pub(super) fn event_show(&self, index: usize, name: &str) -> String {
        match name {
            "format" => TRACEPOINTS[index].format(),
            "id" => format!("{}\n", TRACEPOINTS[index].id),
            _ => format!("{}\n", u8::from(self.tracing.enabled(index))),
        }
    }

    /// `enable` of one tracepoint.
    pub(super) fn event_enable_store(&mut self, index: usize, text: &str) -> Result<(), Errno> {
        let on = switch(text)?;
        self.tracing.enable(index, on, &self.events);
        Ok(())
    }

    /// `enable` of a group: `X` if some are on and some off.
    pub(super) fn events_enable_show(&self, group: Option<Group>) -> String {
        let on = of_group(group).filter(|i| self.tracing.enabled(*i)).count();
        match on {
            0 => "0\n",
            n if n == of_group(group).count() => "1\n",
            _ => "X\n",
        }
        .into()
    }

    pub(super) fn events_enable_store(
        &mut self,
        group: Option<Group>,
        text: &str,
    ) -> Result<(), Errno> {
        let on = switch(text)?;
        of_group(group).for_each(|i| self.tracing.enable(i, on, &self.events));
        Ok(())
    }

    /// Opening `trace` for writing empties it, whatever is written.
    pub(super) fn trace_clear(&mut self) {
        self.tracing.clear(&self.events);
    }
}
