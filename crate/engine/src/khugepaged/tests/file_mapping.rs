//! What `collapse_pte_mapped_thp` says of a file that was changed since it was scanned.

use crate::config::MachineConfig;
use crate::khugepaged::ScanResult;
use crate::machine::Machine;
use crate::phys::content::Pattern;
use crate::vm::addr::{FileId, HPAGE_PMD_SIZE, Pid};
use crate::vm::uapi::{
    Advice, FALLOC_FL_KEEP_SIZE, FALLOC_FL_PUNCH_HOLE, MAP_ANONYMOUS, MAP_SHARED, PROT_READ,
    PROT_WRITE,
};

const AT: u64 = 1 << 44;

/// A huge page of a memfd that is mapped by entries, and what somebody does to it.
fn result_after(change: impl FnOnce(&mut Machine, Pid, FileId)) -> ScanResult {
    let mut m = Machine::new(MachineConfig {
        parked: true,
        ..MachineConfig::default()
    })
    .unwrap();
    let pid = m.spawn("p1").unwrap();
    m.write_file(
        "/sys/kernel/mm/transparent_hugepage/shmem_enabled",
        "always",
    )
    .unwrap();
    let file = m.memfd_create("f", HPAGE_PMD_SIZE).unwrap();
    m.mmap_file(
        pid,
        AT,
        HPAGE_PMD_SIZE,
        PROT_READ | PROT_WRITE,
        MAP_SHARED,
        Some((file, 0)),
    )
    .unwrap();
    m.store(pid, AT, Pattern::Fill(1)).unwrap().unwrap();
    m.madvise(pid, AT, 4096, Advice::DontNeed as i32).unwrap();
    change(&mut m, pid, file);
    let mm = m.mm_of(pid).unwrap();
    let result = m.collapse_pte_mapped_thp(mm, AT, true);
    m.check().unwrap();
    result
}

#[test]
fn a_file_that_changed_is_not_mapped() {
    assert_eq!(result_after(|_, _, _| {}), ScanResult::Succeed);
    let unmapped = result_after(|m, pid, _| m.munmap(pid, AT, HPAGE_PMD_SIZE).unwrap());
    assert_eq!(unmapped, ScanResult::VmaCheck);
    let other = result_after(|m, pid, _| {
        m.munmap(pid, AT, HPAGE_PMD_SIZE).unwrap();
        m.mmap(
            pid,
            AT,
            HPAGE_PMD_SIZE,
            PROT_READ,
            MAP_SHARED | MAP_ANONYMOUS,
        )
        .unwrap();
        m.madvise(pid, AT, HPAGE_PMD_SIZE, Advice::NoHugePage as i32)
            .unwrap();
    });
    assert_eq!(other, ScanResult::VmaCheck);
    let punch = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
    let empty = result_after(|m, pid, f| m.fallocate(pid, f, punch, 0, HPAGE_PMD_SIZE).unwrap());
    assert_eq!(empty, ScanResult::PageNull);
    let split = result_after(|m, pid, f| m.fallocate(pid, f, punch, 8192, 4096).unwrap());
    assert_eq!(split, ScanResult::PageCompound);
    let guarded = result_after(|m, pid, _| {
        m.madvise(pid, AT + 8192, 4096, Advice::GuardInstall as i32)
            .unwrap()
    });
    assert_eq!(guarded, ScanResult::PteNonPresent);
}
