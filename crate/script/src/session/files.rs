//! Files by name: memory files and files on disk share one space of names, and every process has them open.

use super::{Bad, Session, Step};
use crate::language::Name;
use mm_engine::Errno;
use mm_engine::vm::addr::FileId;

impl Session {
    #[inline(never)]
    pub(super) fn memfd(
        &mut self,
        name: &Name,
        size: u64,
        hugetlb: Option<u64>,
        step: &mut Step,
    ) -> Result<(), Bad> {
        self.new_file_name(name)?;
        let made = match hugetlb {
            Some(pagesize) => self.machine.memfd_hugetlb(name, size, pagesize),
            None => self.machine.memfd_create(name, size),
        };
        self.made_file(name, made, step);
        Ok(())
    }

    #[inline(never)]
    pub(super) fn file(
        &mut self,
        name: &Name,
        size: u64,
        read_only: bool,
        mount: Option<&Name>,
        step: &mut Step,
    ) -> Result<(), Bad> {
        self.new_file_name(name)?;
        let made = match mount {
            Some(mount) => self.machine.create_tmpfs_file(mount, name, size),
            None => self.machine.create_disk_file(&format!("/{name}"), size),
        };
        if let (true, Ok(id)) = (read_only, made) {
            self.machine.close_writers(id);
        }
        self.made_file(name, made, step);
        Ok(())
    }

    fn made_file(&mut self, name: &Name, made: Result<FileId, Errno>, step: &mut Step) {
        if let Ok(id) = made {
            self.files.push((name.clone(), id));
        }
        step.errno = made.err();
    }

    fn new_file_name(&self, name: &Name) -> Result<(), Bad> {
        if self.files.iter().any(|f| f.0 == *name) {
            let message = format!("file `{name}` exists: choose another name");
            return Err(Bad::new(name, message));
        }
        Ok(())
    }

    pub(super) fn file_named(&self, name: &Name) -> Result<FileId, Bad> {
        let found = self.files.iter().find(|f| f.0 == *name).map(|f| f.1);
        found.ok_or_else(|| {
            let message = format!("no file `{name}`: make it with `memfd {name} 2M`");
            Bad::new(name, message)
        })
    }
}
