//! The hugetlb pool in an observation.

use super::Session;
use crate::output::Value;

impl Session {
    /// `HugePages_*` of meminfo that are not 0. Below zero the count of reservations is a very large number.
    pub(crate) fn hugetlb_observed(&self) -> Value {
        let lines = self.machine.hugetlb_meminfo().into_iter();
        let counts = lines.filter(|l| l.1 != 0).map(|(label, n)| {
            let name = label.trim_start_matches("HugePages_").trim_end_matches(':');
            (name.to_owned().into(), n.into())
        });
        Value::Object(counts.collect())
    }
}
