//! Commands of a process: each is one system call, or one loop over pages.

use super::regions::Region;
use super::{Bad, Session, Step};
use crate::language::{
    Contents, Mmap, Mremap, Name, Place, PolicyMode, PrctlOption, ProcessCommand, RegionRange,
    Span, Touch, TouchPattern, UffdMode,
};
use mm_engine::Errno;
use mm_engine::machine::Machine;
use mm_engine::phys::content::{Pattern, seed_start};
use mm_engine::vm::addr::{PAGE_SIZE, Pid, pmd_aligned};
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

fn bytes(region: &Region, span: Span) -> (u64, u64) {
    let start = region.base.wrapping_add(span.first.wrapping_mul(PAGE_SIZE));
    (
        start,
        span.end.wrapping_sub(span.first).wrapping_mul(PAGE_SIZE),
    )
}

/// Every page of a span.
fn each(span: Span) -> impl Iterator<Item = u64> {
    (span.first..span.end).step_by(span.step.max(1) as usize)
}

/// The pages of a `touch`, in its order. Random ones come from the seed alone. For `zipf` each range of pages twice as far
/// from the start is as likely as the one before, which is the density 1/x in whole numbers.
fn touched(touch: &Touch, span: Span) -> impl Iterator<Item = u64> {
    let (step, pattern) = (span.step.max(1), touch.pattern);
    let n = (span.end - span.first).div_ceil(step).max(1);
    let mut state = touch.seed;
    let mut random = move |below: u64| {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (state ^ state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ z >> 31) % below
    };
    let count = if span.first < span.end {
        touch.count.unwrap_or(n)
    } else {
        0
    };
    (0..count).map(move |i| {
        let at = match pattern {
            TouchPattern::Seq => i % n,
            TouchPattern::Random => random(n),
            TouchPattern::Stride { bytes } => {
                (u128::from(i) * u128::from(bytes) / u128::from(PAGE_SIZE) % u128::from(n)) as u64
            }
            TouchPattern::Zipf => loop {
                let low = 1 << random(u64::from(n.ilog2()) + 1);
                let rank = low + random(low);
                if rank <= n {
                    break rank - 1;
                }
            },
        };
        span.first + at * step
    })
}

impl Session {
    pub(crate) fn process_command(
        &mut self,
        process: &Name,
        command: &ProcessCommand,
    ) -> Result<Step, Bad> {
        let pid = self.process_named(process)?.pid;
        match command {
            ProcessCommand::Mmap(m) => self.mmap(pid, m),
            ProcessCommand::Munmap(range) => self.munmap(pid, range),
            ProcessCommand::Mremap(m) => self.mremap(pid, m),
            ProcessCommand::Mprotect { range, protection } => {
                let prot = *protection as u32;
                self.on_range(pid, range, |m, addr, len| m.mprotect(pid, addr, len, prot))
            }
            ProcessCommand::Madvise { range, advice } => self.madvise(pid, range, *advice as i32),
            ProcessCommand::Mlock { range, onfault } => {
                let flags = if *onfault { uapi::MLOCK_ONFAULT } else { 0 };
                self.on_range(pid, range, |m, addr, len| m.mlock(pid, addr, len, flags))
            }
            ProcessCommand::Munlock(range) => {
                self.on_range(pid, range, |m, addr, len| m.munlock(pid, addr, len))
            }
            ProcessCommand::Msync(range) => {
                self.on_range(pid, range, |m, addr, len| m.msync(pid, addr, len))
            }
            ProcessCommand::Write {
                range,
                contents,
                index,
            } => self.write(pid, range, *contents, *index),
            ProcessCommand::Read(range) => {
                let (region, span) = self.process_named(process)?.resolve(range)?;
                Ok(self.access(
                    pid,
                    &region,
                    &mut each(span),
                    Access::Read,
                    &mut |_, _, _| {},
                ))
            }
            ProcessCommand::Check {
                range,
                contents,
                index,
            } => self.check(pid, range, *contents, *index),
            ProcessCommand::Fork { child } => self.fork(pid, child),
            ProcessCommand::Exit => self.exit(pid),
            ProcessCommand::Cpu(cpu) => Ok(self.call(|m| m.set_cpu(pid, *cpu))),
            ProcessCommand::Prctl { option, args } => {
                let option = match option {
                    PrctlOption::ThpDisable => uapi::PR_SET_THP_DISABLE,
                    PrctlOption::MemoryMerge => uapi::PR_SET_MEMORY_MERGE,
                };
                Ok(self.call(|m| m.prctl(pid, option, *args).map(|_| ())))
            }
            ProcessCommand::Split {
                range,
                order,
                offset,
            } => self.split(pid, range, *order, *offset),
            ProcessCommand::Pin(range) => {
                self.on_pages(pid, range, |m, addr| m.pin_page(pid, addr))
            }
            ProcessCommand::Unpin(range) => {
                self.on_pages(pid, range, |m, addr| m.unpin_page(pid, addr))
            }
            ProcessCommand::Lock(range) => {
                self.on_pages(pid, range, |m, addr| m.lock_page(pid, addr, true))
            }
            ProcessCommand::Unlock(range) => {
                self.on_pages(pid, range, |m, addr| m.lock_page(pid, addr, false))
            }
            ProcessCommand::Uffd { range, mode } => {
                let to = match mode {
                    UffdMode::Missing => Uffd::Missing,
                    UffdMode::Wp => Uffd::Wp,
                    UffdMode::Protect => Uffd::Protect,
                    UffdMode::Unprotect => Uffd::Unprotect,
                    UffdMode::Off => Uffd::Off,
                };
                self.on_range(pid, range, |m, addr, len| m.userfaultfd(pid, addr, len, to))
            }
            ProcessCommand::Touch(touch) => {
                let (region, span) = self.process_named(process)?.resolve(&touch.range)?;
                let access = if touch.write {
                    Access::Write
                } else {
                    Access::Read
                };
                let mut pages = touched(touch, span);
                Ok(self.access(pid, &region, &mut pages, access, &mut |_, _, _| {}))
            }
            ProcessCommand::Mbind { range, policy } => {
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
                self.on_range(pid, range, |m, addr, len| m.mbind(pid, addr, len, policy))
            }
            ProcessCommand::Fallocate {
                file,
                mode,
                offset_bytes,
                len_bytes,
            } => {
                let (id, mode) = (self.file_named(file)?, *mode as u32);
                Ok(self.call(|m| m.fallocate(pid, id, mode, *offset_bytes, *len_bytes)))
            }
            ProcessCommand::Truncate { file, size_bytes } => {
                let id = self.file_named(file)?;
                Ok(self.call(|m| m.ftruncate(pid, id, *size_bytes)))
            }
            ProcessCommand::Fadvise { file, advice } => {
                let (id, advice) = (self.file_named(file)?, *advice as u32);
                Ok(self.call(|m| m.posix_fadvise(pid, id, advice)))
            }
        }
    }

    /// Makes a call and notes its errno and the faults it took.
    fn call(&mut self, f: impl FnOnce(&mut Machine) -> Result<(), Errno>) -> Step {
        let before = self.machine.fault_counts();
        let errno = f(&mut self.machine).err();
        let after = self.machine.fault_counts();
        Step {
            errno,
            faults: Some(after.0 - before.0),
            majfaults: after.1 - before.1,
            ..Step::default()
        }
    }

    fn on_range(
        &mut self,
        pid: Pid,
        range: &RegionRange,
        f: impl FnOnce(&mut Machine, u64, u64) -> Result<(), Errno>,
    ) -> Result<Step, Bad> {
        let (region, span) = self.names_mut(pid).resolve(range)?;
        let (addr, len) = bytes(&region, span);
        Ok(self.call(|m| f(m, addr, len)))
    }

    /// One call for each page of a range, until one fails.
    fn on_pages(
        &mut self,
        pid: Pid,
        range: &RegionRange,
        f: impl Fn(&mut Machine, u64) -> Result<(), Errno>,
    ) -> Result<Step, Bad> {
        let (region, span) = self.names_mut(pid).resolve(range)?;
        let pages = (span.first..span.end).step_by(span.step.max(1) as usize);
        Ok(self.call(|m| {
            pages
                .map(|i| region.base + i * PAGE_SIZE)
                .try_for_each(|addr| f(m, addr))
        }))
    }

    fn mmap(&mut self, pid: Pid, m: &Mmap) -> Result<Step, Bad> {
        let file = match &m.backing {
            Some(b) => Some((self.file_named(b.name())?, m.file_offset_bytes)),
            None => None,
        };
        if self.names_mut(pid).region(&m.name).is_some() {
            let message = format!(
                "region `{}` exists: munmap it first, or choose another name",
                m.name
            );
            return Err(Bad::new(&*m.name, message));
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
        let addr = match &m.place {
            Place::Kernel => 0,
            Place::After(range) => {
                flags |= uapi::MAP_FIXED_NOREPLACE;
                let (region, span) = self.names_mut(pid).resolve(range)?;
                region.base + span.end * PAGE_SIZE
            }
            Place::At(range) => {
                flags |= uapi::MAP_FIXED;
                let (region, span) = self.names_mut(pid).resolve(range)?;
                region.base + span.first * PAGE_SIZE
            }
            Place::Slot { offset_bytes } => {
                flags |= uapi::MAP_FIXED_NOREPLACE;
                self.new_slot(m.len_bytes.saturating_add(*offset_bytes)) + offset_bytes
            }
        };
        let mut at = None;
        let prot = m.protection as u32;
        let mut step = self.call(|machine| {
            machine
                .mmap_file(pid, addr, m.len_bytes, prot, flags, file)
                .map(|a| at = Some(a))
        });
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
        Ok(step)
    }

    fn munmap(&mut self, pid: Pid, range: &RegionRange) -> Result<Step, Bad> {
        let step = self.on_range(pid, range, |m, addr, len| m.munmap(pid, addr, len))?;
        if step.errno.is_none() && range.pages == crate::language::Pages::Whole {
            self.remove_region(pid, &range.region);
        }
        Ok(step)
    }

    fn madvise(&mut self, pid: Pid, range: &RegionRange, advice: i32) -> Result<Step, Bad> {
        let (region, span) = self.names_mut(pid).resolve(range)?;
        if advice == uapi::Advice::Collapse as i32 {
            self.snapshot_pages();
        }
        if span.step <= 1 {
            let (addr, len) = bytes(&region, span);
            return Ok(self.call(|m| m.madvise(pid, addr, len, advice)));
        }
        let mut last = Step {
            faults: Some(0),
            ..Step::default()
        };
        let mut faults = 0;
        for i in (span.first..span.end).step_by(span.step as usize) {
            last = self.call(|m| m.madvise(pid, region.base + i * PAGE_SIZE, PAGE_SIZE, advice));
            faults += last.faults.unwrap_or(0);
        }
        last.faults = Some(faults);
        Ok(last)
    }

    fn mremap(&mut self, pid: Pid, m: &Mremap) -> Result<Step, Bad> {
        match m {
            Mremap::Move {
                from,
                to,
                place,
                dontunmap,
            } => self.mremap_move(pid, from, to, place, *dontunmap),
            Mremap::Resize {
                region,
                len_bytes,
                maymove,
            } => {
                let old = self.names_mut(pid).require(region)?.clone();
                let flags = if *maymove { uapi::MREMAP_MAYMOVE } else { 0 };
                let mut at = None;
                let mut step = self.call(|m| {
                    m.mremap(pid, old.base, old.len, *len_bytes, flags, 0)
                        .map(|a| at = Some(a))
                });
                if let Some(base) = at {
                    step.moved = Some(base != old.base);
                    if base != old.base {
                        step.aligned_2m = Some(pmd_aligned(base));
                    }
                    let len = len_bytes.next_multiple_of(PAGE_SIZE);
                    self.set_region(pid, Region { base, len, ..old });
                }
                Ok(step)
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
    ) -> Result<Step, Bad> {
        let (region, span) = self.names_mut(pid).resolve(from)?;
        let (addr, len) = bytes(&region, span);
        let known = self.names_mut(pid).region(to).map(|r| r.base);
        let target = match (known, place) {
            (Some(base), _) => base,
            (None, Place::After(range)) => {
                let (r, s) = self.names_mut(pid).resolve(range)?;
                r.base + s.end * PAGE_SIZE
            }
            (None, Place::Slot { offset_bytes }) => {
                self.new_slot(len.saturating_add(*offset_bytes)) + offset_bytes
            }
            (None, _) => self.new_slot(len),
        };
        let keep = if dontunmap { uapi::MREMAP_DONTUNMAP } else { 0 };
        let flags = uapi::MREMAP_MAYMOVE | uapi::MREMAP_FIXED | keep;
        let step = self.call(|m| m.mremap(pid, addr, len, len, flags, target).map(|_| ()));
        if step.errno.is_none() {
            self.set_region(
                pid,
                Region {
                    name: to.clone(),
                    base: target,
                    len,
                },
            );
            if from.pages == crate::language::Pages::Whole && !dontunmap {
                self.remove_region(pid, &from.region);
            }
        }
        Ok(step)
    }

    /// One access to each of `pages`; stops at a signal.
    fn access(
        &mut self,
        pid: Pid,
        region: &Region,
        pages: &mut dyn Iterator<Item = u64>,
        access: Access,
        f: &mut dyn FnMut(&mut Machine, mm_engine::vm::addr::Pfn, u64),
    ) -> Step {
        let mut signal = None;
        let mut step = self.call(|m| {
            signal = m.access_each(pid, region.base, pages, access, f)?.err();
            Ok(())
        });
        step.signal = signal.map(|(at, s)| (s, at));
        step
    }

    fn write(
        &mut self,
        pid: Pid,
        range: &RegionRange,
        contents: Contents,
        index: u64,
    ) -> Result<Step, Bad> {
        let (region, span) = self.names_mut(pid).resolve(range)?;
        let store = &mut |m: &mut Machine, page, i: u64| {
            m.store_to_frame(page, contents.pattern(i.wrapping_add(index)));
        };
        Ok(self.access(pid, &region, &mut each(span), Access::Write, store))
    }

    fn check(
        &mut self,
        pid: Pid,
        range: &RegionRange,
        contents: Contents,
        index: u64,
    ) -> Result<Step, Bad> {
        let (region, span) = self.names_mut(pid).resolve(range)?;
        let (mut differ, mut first) = (0, None);
        let mut step = self.access(
            pid,
            &region,
            &mut each(span),
            Access::Read,
            &mut |m, page, i| {
                if !m.contents().matches(
                    m.frames().content(page),
                    contents.pattern(i.wrapping_add(index)),
                ) {
                    differ += 1;
                    first = first.or(Some(i));
                }
            },
        );
        if step.signal.is_none() {
            step.differ = Some((differ, first));
        }
        Ok(step)
    }

    fn fork(&mut self, pid: Pid, child: &Name) -> Result<Step, Bad> {
        self.new_name(child)?;
        self.drain_trace();
        match self.machine.fork(pid, child) {
            Ok(new) => {
                // What happened during fork is read before the child has a name, as in the recordings.
                self.drain_trace();
                let regions = self.names_mut(pid).regions.clone();
                self.add_names(child, new, regions);
                Ok(Step::default())
            }
            Err(e) => Ok(Step {
                errno: Some(e),
                ..Step::default()
            }),
        }
    }

    fn exit(&mut self, pid: Pid) -> Result<Step, Bad> {
        let errno = self.machine.exit(pid).err();
        // Its events are read while its name is still known.
        self.drain_trace();
        self.names.retain(|p| p.pid != pid);
        Ok(Step {
            errno,
            ..Step::default()
        })
    }

    fn split(
        &mut self,
        pid: Pid,
        range: &RegionRange,
        order: Option<u32>,
        offset: Option<u64>,
    ) -> Result<Step, Bad> {
        let (region, span) = self.names_mut(pid).resolve(range)?;
        let (addr, len) = bytes(&region, span);
        let mut text = format!("{},{addr:#x},{:#x}", pid.0, addr + len);
        if order.is_some() || offset.is_some() {
            text.push_str(&format!(",{}", order.unwrap_or(0)));
        }
        if let Some(offset) = offset {
            text.push_str(&format!(",{offset}"));
        }
        let errno = self
            .machine
            .write_file("/sys/kernel/debug/split_huge_pages", &text)
            .err();
        Ok(Step {
            errno,
            ..Step::default()
        })
    }

    pub(crate) fn new_name(&self, name: &Name) -> Result<(), Bad> {
        if self.names.iter().any(|p| p.name == **name) {
            return Err(Bad::new(
                &**name,
                format!("process `{name}` exists: choose another name"),
            ));
        }
        Ok(())
    }
}
