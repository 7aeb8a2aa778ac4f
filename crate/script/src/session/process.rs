//! Commands of a process: each is one system call, or one loop over pages.

use super::regions::Region;
use super::touch::touched;
use super::{Bad, Session, Step};
use crate::language::{
    Contents, MeanwhileEvent, Mmap, Moving, Name, Pages, Place, PolicyMode, PrctlOption,
    ProcessCommand, RegionRange, Span, UffdMode,
};
use mm_engine::Errno;
use mm_engine::machine::Machine;
use mm_engine::phys::content::{Pattern, seed_start};
use mm_engine::vm::addr::{PAGE_SIZE, Pfn, Pid, pmd_aligned};
use mm_engine::vm::fault::Access;
use mm_engine::vm::uffd::Uffd;
use mm_engine::vm::{mempolicy, uapi};

impl Contents {
    /// What page `index` of a region gets.
    pub(crate) fn pattern(self, index: u64) -> Pattern {
        match self {
            Contents::Byte(v) => Pattern::Byte(v),
            Contents::Fill(v) => Pattern::Fill(v),
            Contents::Seed(s) => Pattern::Stream(seed_start(s, index)),
            Contents::Idx => Pattern::Word(index),
            Contents::Zero => Pattern::Fill(0),
        }
    }
}

pub(super) fn bytes(base: u64, span: Span) -> (u64, u64) {
    let start = base.wrapping_add(span.first.wrapping_mul(PAGE_SIZE));
    (
        start,
        span.end.wrapping_sub(span.first).wrapping_mul(PAGE_SIZE),
    )
}

/// Every page of a span.
fn each(span: Span) -> impl Iterator<Item = u64> {
    (span.first..span.end).step_by(span.step.max(1) as usize)
}

/// A system call: what it does with the machine, and whether it failed.
type Call<'a> = &'a mut dyn FnMut(&mut Machine) -> Result<(), Errno>;
/// The same for a range of addresses: first byte, and length or the byte after its last.
type CallOnRange<'a> = &'a mut dyn FnMut(&mut Machine, u64, u64) -> Result<(), Errno>;

impl Session {
    pub(crate) fn process_command(
        &mut self,
        process: &Name,
        command: &ProcessCommand,
        step: &mut Step,
    ) -> Result<(), Bad> {
        let pid = self.process_named(process)?.pid;
        match command {
            ProcessCommand::Mmap(m) => self.mmap(pid, m, step),
            ProcessCommand::Munmap(range) => {
                self.on_range(pid, range, step, &mut |m, at, len| m.munmap(pid, at, len))?;
                if step.errno.is_none() && range.pages == Pages::Whole {
                    self.remove_region(pid, &range.region);
                }
                Ok(())
            }
            ProcessCommand::Mremap(m) => self.mremap(pid, m, step),
            ProcessCommand::Mprotect { range, protection } => {
                let prot = *protection as u32;
                self.on_range(pid, range, step, &mut |m, at, len| {
                    m.mprotect(pid, at, len, prot)
                })
            }
            ProcessCommand::Madvise { range, advice } => {
                self.madvise(pid, range, *advice as i32, step)
            }
            ProcessCommand::Mlock { range, onfault } => {
                let flags = if *onfault { uapi::MLOCK_ONFAULT } else { 0 };
                self.on_range(pid, range, step, &mut |m, at, len| {
                    m.mlock(pid, at, len, flags)
                })
            }
            ProcessCommand::Munlock(range) => {
                self.on_range(pid, range, step, &mut |m, at, len| m.munlock(pid, at, len))
            }
            ProcessCommand::Msync(range) => {
                self.on_range(pid, range, step, &mut |m, at, len| m.msync(pid, at, len))
            }
            ProcessCommand::Write {
                range,
                contents,
                index,
            } => {
                let (base, span) = self.names_mut(pid).resolve(range)?;
                let store = &mut |m: &mut Machine, page, i: u64| {
                    m.store_to_frame(page, contents.pattern(i.wrapping_add(*index)));
                };
                self.access(pid, base, &mut each(span), Access::Write, step, store);
                Ok(())
            }
            ProcessCommand::Read(range) => {
                let (base, span) = self.names_mut(pid).resolve(range)?;
                let nothing = &mut |_: &mut Machine, _, _| {};
                self.access(pid, base, &mut each(span), Access::Read, step, nothing);
                Ok(())
            }
            ProcessCommand::Check {
                range,
                contents,
                index,
            } => {
                let (base, span) = self.names_mut(pid).resolve(range)?;
                let (mut differ, mut first) = (0, None);
                let compare = &mut |m: &mut Machine, page, i: u64| {
                    let (content, wanted) = (m.frames().content(page), i.wrapping_add(*index));
                    if !m.contents().matches(content, contents.pattern(wanted)) {
                        differ += 1;
                        first = first.or(Some(i));
                    }
                };
                self.access(pid, base, &mut each(span), Access::Read, step, compare);
                if step.signal.is_none() {
                    step.differ = Some((differ, first));
                }
                Ok(())
            }
            ProcessCommand::Fork { child } => {
                self.new_name(child)?;
                self.drain_trace();
                match self.machine.fork(pid, child) {
                    Ok(new) => {
                        // What happened during fork is read before the child has a name, as in the recordings.
                        self.drain_trace();
                        let regions = self.names_mut(pid).regions.clone();
                        self.add_names(child, new, regions);
                    }
                    Err(e) => step.errno = Some(e),
                }
                Ok(())
            }
            ProcessCommand::Exec => {
                self.drain_trace();
                step.errno = self.machine.exec(pid).err();
                // Its events are read while the old address space is still known.
                self.drain_trace();
                if let Some(mm) = self.machine.process(pid).map(|p| p.mm) {
                    let names = self.names_mut(pid);
                    if std::mem::replace(&mut names.mm, mm) != mm {
                        names.regions.clear();
                    }
                }
                Ok(())
            }
            ProcessCommand::Exit => {
                step.errno = self.machine.exit(pid).err();
                // Its events are read while its name is still known.
                self.drain_trace();
                self.names.retain(|p| p.pid != pid);
                Ok(())
            }
            ProcessCommand::Cpu(cpu) => self.call(step, &mut |m| m.set_cpu(pid, *cpu)),
            ProcessCommand::Prctl { option, args } => {
                let option = match option {
                    PrctlOption::ThpDisable => uapi::PR_SET_THP_DISABLE,
                    PrctlOption::MemoryMerge => uapi::PR_SET_MEMORY_MERGE,
                };
                self.call(step, &mut |m| m.prctl(pid, option, *args).map(|_| ()))
            }
            ProcessCommand::Split {
                range,
                order,
                offset,
            } => self.split(pid, range, *order, *offset, step),
            ProcessCommand::Pin(range) => {
                self.on_pages(pid, range, step, &mut |m, at, _| m.pin_page(pid, at))
            }
            ProcessCommand::Unpin(range) => {
                self.on_pages(pid, range, step, &mut |m, at, _| m.unpin_page(pid, at))
            }
            ProcessCommand::Lock(range) => {
                self.on_pages(pid, range, step, &mut |m, at, _| m.lock_page(pid, at, true))
            }
            ProcessCommand::Unlock(range) => self.on_pages(pid, range, step, &mut |m, at, _| {
                m.lock_page(pid, at, false)
            }),
            ProcessCommand::Isolate(range) => self.on_pages(pid, range, step, &mut |m, at, _| {
                m.isolate_page(pid, at, true)
            }),
            ProcessCommand::Putback(range) => self.on_pages(pid, range, step, &mut |m, at, _| {
                m.isolate_page(pid, at, false)
            }),
            ProcessCommand::Meanwhile { range, event } => {
                use mm_engine::khugepaged::meanwhile::Event;
                let event = match event {
                    MeanwhileEvent::Munmap => Event::Munmap,
                    MeanwhileEvent::Remap => Event::Remap,
                    MeanwhileEvent::ThpDisable => Event::ThpDisable,
                    MeanwhileEvent::Nohugepage => Event::Advice(uapi::Advice::NoHugePage),
                    MeanwhileEvent::Dontneed => Event::Advice(uapi::Advice::DontNeed),
                    MeanwhileEvent::Pageout => Event::Advice(uapi::Advice::PageOut),
                    MeanwhileEvent::Remove => Event::Advice(uapi::Advice::Remove),
                    MeanwhileEvent::Isolate => Event::Isolate,
                    MeanwhileEvent::Poison => Event::Poison,
                    MeanwhileEvent::Fill => Event::Fill,
                    MeanwhileEvent::Nomem => Event::NoMem,
                    MeanwhileEvent::Private => Event::Private,
                };
                self.on_range(pid, range, step, &mut |m, at, len| {
                    m.meanwhile(pid, at, len, event)
                })
            }
            ProcessCommand::Uffd { range, mode } => {
                let to = match mode {
                    UffdMode::Missing => Uffd::Missing,
                    UffdMode::Wp => Uffd::Wp,
                    UffdMode::Protect => Uffd::Protect,
                    UffdMode::Unprotect => Uffd::Unprotect,
                    UffdMode::Off => Uffd::Off,
                };
                self.on_range(pid, range, step, &mut |m, at, len| {
                    m.userfaultfd(pid, at, len, to)
                })
            }
            ProcessCommand::Touch(touch) => {
                let (base, span) = self.names_mut(pid).resolve(&touch.range)?;
                let access = if touch.write {
                    Access::Write
                } else {
                    Access::Read
                };
                let (pages, nothing) = (&mut touched(touch, span), &mut |_: &mut Machine, _, _| {});
                self.access(pid, base, pages, access, step, nothing);
                Ok(())
            }
            ProcessCommand::Mbind {
                range,
                policy,
                moving,
            } => {
                let mode = match policy.mode {
                    PolicyMode::Default => mempolicy::Mode::Default,
                    PolicyMode::Prefer => mempolicy::Mode::Prefer,
                    PolicyMode::Bind => mempolicy::Mode::Bind,
                    PolicyMode::Interleave => mempolicy::Mode::Interleave,
                    PolicyMode::Local => mempolicy::Mode::Local,
                };
                let policy = mempolicy::Policy {
                    mode,
                    nodes: policy.nodes,
                };
                self.on_range(pid, range, step, &mut |m, at, len| match moving {
                    None => m.mbind(pid, at, len, policy),
                    Some(moving) => {
                        let all = *moving == Moving::MoveAll;
                        m.mbind_move(pid, at, len, policy, all)
                    }
                })
            }
            ProcessCommand::Fallocate {
                file,
                mode,
                offset_bytes,
                len_bytes,
            } => {
                let (id, mode) = (self.file_named(file)?, *mode as u32);
                self.call(step, &mut |m| {
                    m.fallocate(pid, id, mode, *offset_bytes, *len_bytes)
                })
            }
            ProcessCommand::Pwrite {
                file,
                offset_bytes,
                len_bytes,
                contents,
                index,
            } => {
                let (id, mut done) = (self.file_named(file)?, 0);
                self.call(step, &mut |m| {
                    let mut source = |page: u64| contents.pattern(page.wrapping_add(*index));
                    done = m.pwrite(pid, id, *offset_bytes, *len_bytes, &mut source)?;
                    Ok(())
                })?;
                step.value = Some(done.to_string());
                Ok(())
            }
            ProcessCommand::Pread {
                file,
                offset_bytes,
                len_bytes,
            } => {
                let (id, mut done) = (self.file_named(file)?, 0);
                self.call(step, &mut |m| {
                    done = m.pread(pid, id, *offset_bytes, *len_bytes)?;
                    Ok(())
                })?;
                step.value = Some(done.to_string());
                Ok(())
            }
            ProcessCommand::Truncate { file, size_bytes } => {
                let id = self.file_named(file)?;
                self.call(step, &mut |m| m.ftruncate(pid, id, *size_bytes))
            }
            ProcessCommand::Fadvise { file, advice } => {
                let (id, advice) = (self.file_named(file)?, *advice as u32);
                self.call(step, &mut |m| m.posix_fadvise(pid, id, advice))
            }
        }
    }

    /// Makes a call and notes its errno and the faults it took. Never what a script may not say.
    #[inline(never)]
    pub(super) fn call(&mut self, step: &mut Step, f: Call<'_>) -> Result<(), Bad> {
        let before = self.machine.fault_counts();
        step.errno = f(&mut self.machine).err();
        let after = self.machine.fault_counts();
        step.faults = Some(after.0 - before.0);
        step.majfaults = after.1 - before.1;
        Ok(())
    }

    #[inline(never)]
    fn on_range(
        &mut self,
        pid: Pid,
        range: &RegionRange,
        step: &mut Step,
        f: CallOnRange<'_>,
    ) -> Result<(), Bad> {
        let (base, span) = self.names_mut(pid).resolve(range)?;
        let (addr, len) = bytes(base, span);
        self.call(step, &mut |m| f(m, addr, len))
    }

    /// One call for each page of a range, until one fails.
    #[inline(never)]
    fn on_pages(
        &mut self,
        pid: Pid,
        range: &RegionRange,
        step: &mut Step,
        f: CallOnRange<'_>,
    ) -> Result<(), Bad> {
        let (base, span) = self.names_mut(pid).resolve(range)?;
        self.call(step, &mut |m| {
            each(span).try_for_each(|i| f(m, base + i * PAGE_SIZE, PAGE_SIZE))
        })
    }

    fn mmap(&mut self, pid: Pid, m: &Mmap, step: &mut Step) -> Result<(), Bad> {
        let file = match &m.backing {
            Some(b) => Some((self.file_named(b.name())?, m.file_offset_bytes)),
            None => None,
        };
        if self.names_mut(pid).region(&m.name).is_some() {
            let message = format!(
                "region `{}` exists: munmap it first, or choose another name",
                m.name
            );
            return Err(Bad::new(&m.name, message));
        }
        let mut flags = 0;
        for (on, bit) in [
            (m.shared, uapi::MAP_SHARED),
            (!m.shared, uapi::MAP_PRIVATE),
            (file.is_none(), uapi::MAP_ANONYMOUS),
            (m.populate, uapi::MAP_POPULATE),
            (m.noreserve, uapi::MAP_NORESERVE),
            (m.growsdown, uapi::MAP_GROWSDOWN),
            (m.locked, uapi::MAP_LOCKED),
            (m.hugetlb, uapi::MAP_HUGETLB),
        ] {
            if on {
                flags |= bit;
            }
        }
        if m.pagesize > 0 {
            flags |= m.pagesize.trailing_zeros() << uapi::MAP_HUGE_SHIFT;
        }
        let addr = match &m.place {
            Place::Kernel => 0,
            Place::After(range) => {
                flags |= uapi::MAP_FIXED_NOREPLACE;
                let (base, span) = self.names_mut(pid).resolve(range)?;
                base + span.end * PAGE_SIZE
            }
            Place::At(range) => {
                flags |= uapi::MAP_FIXED;
                let (base, span) = self.names_mut(pid).resolve(range)?;
                base + span.first * PAGE_SIZE
            }
            Place::Slot { offset_bytes } => {
                flags |= uapi::MAP_FIXED_NOREPLACE;
                self.new_slot(m.len_bytes.saturating_add(*offset_bytes)) + offset_bytes
            }
        };
        let mut at = None;
        let prot = m.protection as u32;
        self.call(step, &mut |machine| {
            machine
                .mmap_file(pid, addr, m.len_bytes, prot, flags, file)
                .map(|a| at = Some(a))
        })?;
        if let Some(base) = at {
            let len = m.len_bytes.next_multiple_of(PAGE_SIZE);
            self.set_region(
                pid,
                Region {
                    name: m.name.clone(),
                    base,
                    len,
                },
            );
            if addr == 0 {
                step.aligned_2m = Some(pmd_aligned(base));
            }
        }
        Ok(())
    }

    fn madvise(
        &mut self,
        pid: Pid,
        range: &RegionRange,
        advice: i32,
        step: &mut Step,
    ) -> Result<(), Bad> {
        let (base, span) = self.names_mut(pid).resolve(range)?;
        if advice == uapi::Advice::Collapse as i32 {
            self.snapshot_pages();
        }
        if span.step <= 1 {
            return self.on_range(pid, range, step, &mut |m, at, len| {
                m.madvise(pid, at, len, advice)
            });
        }
        // Each page is a call of its own; the last one's errno is the step's.
        let mut faults = 0;
        for i in each(span) {
            let at = base + i * PAGE_SIZE;
            self.call(step, &mut |m| m.madvise(pid, at, PAGE_SIZE, advice))?;
            faults += step.faults.unwrap_or(0);
        }
        step.faults = Some(faults);
        Ok(())
    }

    /// One access to each of `pages`; stops at a signal.
    #[inline(never)]
    fn access(
        &mut self,
        pid: Pid,
        base: u64,
        pages: &mut dyn Iterator<Item = u64>,
        access: Access,
        step: &mut Step,
        f: &mut dyn FnMut(&mut Machine, Pfn, u64),
    ) {
        let mut signal = None;
        let _ = self.call(step, &mut |m| {
            signal = m
                .access_each(pid, base, &mut *pages, access, &mut *f)?
                .err();
            Ok(())
        });
        step.signal = signal.map(|(at, s)| (s, at));
    }

    #[inline(never)]
    fn split(
        &mut self,
        pid: Pid,
        range: &RegionRange,
        order: Option<u32>,
        offset: Option<u64>,
        step: &mut Step,
    ) -> Result<(), Bad> {
        let (base, span) = self.names_mut(pid).resolve(range)?;
        let (addr, len) = bytes(base, span);
        let mut text = format!("{},{addr:#x},{:#x}", pid.0, addr + len);
        if order.is_some() || offset.is_some() {
            text.push_str(&format!(",{}", order.unwrap_or(0)));
        }
        if let Some(offset) = offset {
            text.push_str(&format!(",{offset}"));
        }
        let file = "/sys/kernel/debug/split_huge_pages";
        step.errno = self.machine.write_file(file, &text).err();
        Ok(())
    }

    pub(crate) fn new_name(&self, name: &Name) -> Result<(), Bad> {
        if self.names.iter().any(|p| p.name == **name) {
            return Err(Bad::new(
                name,
                format!("process `{name}` exists: choose another name"),
            ));
        }
        Ok(())
    }
}
