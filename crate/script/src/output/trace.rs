//! The trace in short: equal events in a row, and pairs that alternate, are written once.

use super::{Members, Value};
use crate::object;

/// An event, and the page it names apart from everything else in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Indexed<E> {
    /// Everything but the page number, the region it counts in included.
    pub event: E,
    /// The page, counted from its region's start.
    pub page: Option<u64>,
}

/// Events that are written as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceGroup {
    /// Index of the first event.
    pub first: usize,
    /// 1 for an event that repeats, 2 for a pair that does.
    pub period: usize,
    /// How many times in all.
    pub repeats: usize,
    /// The page number counts up by one each time.
    pub counts_up: bool,
}

/// A pair that alternates is written once if it comes at least so many times.
const MIN_PAIRS: usize = 3;

/// Groups events in a row that are equal, or equal but for a page number that counts up by one; else pairs of events
/// that are so at least three times. Takes the longest group that begins at each event.
pub fn group_trace<E: PartialEq>(events: &[Indexed<E>]) -> Vec<TraceGroup> {
    let mut groups = Vec::new();
    let mut first = 0;
    while first < events.len() {
        let mut group = longest(events, first, 1);
        if group.repeats == 1 {
            let pair = longest(events, first, 2);
            if pair.repeats >= MIN_PAIRS {
                group = pair;
            }
        }
        first += group.period * group.repeats;
        groups.push(group);
    }
    groups
}

fn longest<E: PartialEq>(events: &[Indexed<E>], first: usize, period: usize) -> TraceGroup {
    let pattern = &events[first..events.len().min(first + period)];
    let repeats = |counts_up: bool| {
        let is_repeat = |(n, turn): &(usize, &[Indexed<E>])| {
            turn.len() == period
                && turn.iter().zip(pattern).all(|(event, model)| {
                    let page = model
                        .page
                        .map(|page| page + if counts_up { *n as u64 } else { 0 });
                    event.event == model.event && (page.is_none() || event.page == page)
                })
        };
        events[first..]
            .chunks(period)
            .enumerate()
            .take_while(is_repeat)
            .count()
            .max(1)
    };
    let (same, rising) = (repeats(false), repeats(true));
    TraceGroup {
        first,
        period,
        repeats: same.max(rising),
        counts_up: rising > same,
    }
}

impl TraceGroup {
    /// The group as it is printed. `fields` gives what an event has besides its page; `page` names the field and region that
    /// the page belongs to, such as `("into", "p1.a")`.
    pub fn to_json<E>(
        &self,
        events: &[Indexed<E>],
        fields: impl Fn(&E) -> Members,
        page: impl Fn(&E) -> (&'static str, String),
    ) -> Value {
        let show = |event: &Indexed<E>| {
            let mut object = fields(&event.event);
            if let Some(first) = event.page {
                let (field, region) = page(&event.event);
                let pages = match self.counts_up {
                    true => format!("{region}[{first}..{}]", first + self.repeats as u64),
                    false => format!("{region}[{first}]"),
                };
                object.push((field.into(), pages.into()));
            }
            object
        };
        if self.period == 1 {
            let mut object = show(&events[self.first]);
            if self.repeats > 1 {
                object.push(("n".into(), self.repeats.into()));
            }
            return object.into();
        }
        let pair = &events[self.first..self.first + self.period];
        let events: Vec<Value> = pair.iter().map(|event| show(event).into()).collect();
        object! {"repeat" => self.repeats, "events" => events}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `a5` is event `a` at page 5, `b` an event without a page.
    fn check(text: &str, expected: &str) {
        let event = |word: &str| Indexed {
            event: word[..1].to_owned(),
            page: word[1..].parse().ok(),
        };
        let events: Vec<Indexed<String>> = text.split_whitespace().map(event).collect();
        let fields = |event: &String| vec![("ev".into(), event.into())];
        let groups = group_trace(&events);
        assert_eq!(
            groups
                .iter()
                .map(|group| group.period * group.repeats)
                .sum::<usize>(),
            events.len()
        );
        let shown: Vec<String> = groups
            .iter()
            .map(|group| {
                group
                    .to_json(&events, fields, |_| ("page", "r".into()))
                    .to_string()
                    .replace('"', "")
            })
            .collect();
        assert_eq!(shown.join(" "), expected, "{text}");
    }

    #[test]
    fn groups() {
        check("", "");
        check("a", "{ev:a}");
        check("a a a", "{ev:a,n:3}");
        check("a7 a7", "{ev:a,page:r[7],n:2}");
        check("a7 a8 a9", "{ev:a,page:r[7..10],n:3}");
        check("a7 a9", "{ev:a,page:r[7]} {ev:a,page:r[9]}");
        check("a7 b7", "{ev:a,page:r[7]} {ev:b,page:r[7]}");
    }

    #[test]
    fn equal_pages_win_over_rising_ones_when_both_are_as_long() {
        check("a1 a1 a2", "{ev:a,page:r[1],n:2} {ev:a,page:r[2]}");
        check("a1 a2 a2", "{ev:a,page:r[1..3],n:2} {ev:a,page:r[2]}");
    }

    #[test]
    fn pairs() {
        check(
            "a1 b1 a2 b2",
            "{ev:a,page:r[1]} {ev:b,page:r[1]} {ev:a,page:r[2]} {ev:b,page:r[2]}",
        );
        check(
            "a1 b1 a2 b2 a3 b3",
            "{repeat:3,events:[{ev:a,page:r[1..4]},{ev:b,page:r[1..4]}]}",
        );
        check(
            "a b5 a b5 a b5 a",
            "{repeat:3,events:[{ev:a},{ev:b,page:r[5]}]} {ev:a}",
        );
        check(
            "a1 b1 a2 b1 a3 b1",
            "{ev:a,page:r[1]} {ev:b,page:r[1]} {ev:a,page:r[2]} {ev:b,page:r[1]} {ev:a,page:r[3]} {ev:b,page:r[1]}",
        );
    }
}
