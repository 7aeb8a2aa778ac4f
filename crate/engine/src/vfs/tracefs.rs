//! `/sys/kernel/tracing`: `trace`, and the switches, filters and triggers of the tracepoints.
//!
//! Counterpart: `kernel/trace/trace_events.c`. Every tracepoint is recorded always and shown where it was enabled, see
//! [`crate::trace::Tracing`].

use super::parse::{ParseError, parse_ulong};
use crate::errno::Errno;
use crate::machine::Machine;
use crate::trace::ftrace::{Group, TRACEPOINTS};

/// The switch of all events, and of a group.
pub(super) const ENABLE: &[(&str, u16)] = &[("enable", 0o640)];
/// Files of a group; those of all events lack the filter.
pub(super) const GROUP_FILES: &[(&str, u16)] = &[("enable", 0o640), ("filter", 0o640)];
/// Files of one tracepoint.
pub(super) const EVENT_FILES: &[(&str, u16)] = &[
    ("enable", 0o640),
    ("filter", 0o640),
    ("format", 0o440),
    ("hist", 0o440),
    ("id", 0o440),
    ("trigger", 0o640),
];

/// What the filter of a group shows: it has none of its own.
const GROUP_FILTER: &str = "\
### global filter ###
# Use this to set filters for multiple events.
# Only events with the given fields will be affected.
# If no events are modified, an error message will be displayed here
";

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
    #[inline(never)]
    pub(super) fn event_show(&self, index: usize, name: &str) -> String {
        match name {
            "format" => TRACEPOINTS[index].format(),
            "id" => format!("{}\n", TRACEPOINTS[index].id),
            "filter" => self.tracing.filter_show(index),
            "trigger" => self.tracing.trigger_show(index),
            "hist" => self.tracing.hist_show(index),
            _ => format!(
                "{}{}\n",
                u8::from(self.tracing.enabled(index)),
                if self.tracing.has_trigger(index) {
                    "*"
                } else {
                    ""
                }
            ),
        }
    }

    /// `enable`, `filter` or `trigger` of one tracepoint.
    #[inline(never)]
    pub(super) fn event_store(
        &mut self,
        index: usize,
        name: &str,
        text: &str,
    ) -> Result<(), Errno> {
        match name {
            "filter" => self.tracing.set_filter(index, text, &self.events),
            "trigger" => self.tracing.set_trigger(index, text),
            _ => {
                let on = switch(text)?;
                self.tracing.enable(index, on, &self.events);
                Ok(())
            }
        }
    }

    /// `enable` of a group: `X` if some are on and some off.
    #[inline(never)]
    pub(super) fn events_show(&self, group: Option<Group>, name: &str) -> String {
        if name == "filter" {
            return GROUP_FILTER.into();
        }
        let on = of_group(group).filter(|i| self.tracing.enabled(*i)).count();
        match on {
            0 => "0\n",
            n if n == of_group(group).count() => "1\n",
            _ => "X\n",
        }
        .into()
    }

    /// `enable` of a group, or its filter: set where an event has the fields.
    #[inline(never)]
    pub(super) fn events_store(
        &mut self,
        group: Option<Group>,
        name: &str,
        text: &str,
    ) -> Result<(), Errno> {
        if name == "filter" {
            let set = of_group(group)
                .filter(|i| self.tracing.set_filter(*i, text, &self.events).is_ok())
                .count();
            return if set > 0 { Ok(()) } else { Err(Errno::EINVAL) };
        }
        let on = switch(text)?;
        of_group(group).for_each(|i| self.tracing.enable(i, on, &self.events));
        Ok(())
    }

    /// Opening `trace` for writing empties it, whatever is written.
    #[inline(never)]
    pub(super) fn trace_clear(&mut self) {
        self.tracing.clear(&self.events);
    }
}
