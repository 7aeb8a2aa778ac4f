//! Names of hugetlb memfds, and the pool in an observation.

use super::{Bad, Session, Step};
use crate::language::Name;
use mm_engine::vm::addr::FileId;
use serde_json::{Map, Value};

impl Session {
    /// A memfd of hugetlb pages by name.
    pub(crate) fn hugetlb_file(&self, name: &Name) -> Option<FileId> {
        let found = self.hugetlb_files.iter().find(|f| f.0 == *name);
        found.map(|f| f.1)
    }

    /// `memfd NAME SIZE hugetlb`.
    pub(crate) fn memfd_hugetlb(&mut self, name: &Name, size: u64) -> Result<Step, Bad> {
        if self.hugetlb_file(name).is_some() {
            let message = format!("memfd `{name}` exists: choose another name");
            return Err(Bad::new(&**name, message));
        }
        let errno = match self.machine.memfd_hugetlb(size) {
            Ok(file) => {
                self.hugetlb_files.push((name.clone(), file));
                None
            }
            Err(e) => Some(e),
        };
        Ok(Step {
            errno,
            ..Step::default()
        })
    }

    /// `HugePages_*` of meminfo that are not 0. Below zero the count of reservations is a very large number.
    pub(crate) fn hugetlb_observed(&self) -> Value {
        let lines = self.machine.hugetlb_meminfo().into_iter();
        let counts = lines.filter(|l| l.1 != 0).map(|(label, n)| {
            let name = label.trim_start_matches("HugePages_").trim_end_matches(':');
            (name.to_owned(), n.into())
        });
        Map::from_iter(counts).into()
    }
}
