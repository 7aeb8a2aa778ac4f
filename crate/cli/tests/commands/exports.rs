//! `mm export`: a third party's tools read the tree of files, and the C program is that of the page.

use super::Folder;
use procfs::process::{MemoryPageFlags, PageInfo, Process, all_processes_with_root};
use procfs::{FromRead, KPageFlags, Meminfo, PhysicalPageFlags, VmStat};
use std::fs;

const SCRIPT: &str = "machine mem=256M
proc heap
heap mmap a 4M
heap write a[700] fill=3
heap madvise a hugepage
heap write a[0..512] seed=1
heap mmap b 8K
proc other
other mmap c 16K
other write c[1..3] seed=2
";

#[test]
fn other_peoples_tools_read_the_tree() {
    let folder = Folder::new("proc");
    folder.write("s.mm", SCRIPT);
    folder.mm(&["export", "--proc", "tree", "s.mm"]).printed();
    let proc = folder.path().join("tree/proc");
    let processes: Vec<Process> = all_processes_with_root(&proc)
        .expect("a folder like /proc")
        .map(|p| p.expect("a process"))
        .collect();
    let mut names: Vec<String> = processes
        .iter()
        .map(|p| p.status().expect("status").name)
        .collect();
    names.sort();
    assert_eq!(names, ["heap", "other"]);

    let pid = |name: &str| {
        let found = processes
            .iter()
            .find(|p| p.status().is_ok_and(|s| s.name == name));
        found.expect("it was listed").pid()
    };
    let heap = Process::new_with_root(proc.join(pid("heap").to_string())).expect("a process");
    let smaps = heap.smaps().expect("smaps");
    let rss: u64 = smaps.iter().map(|m| m.extension.map["Rss"]).sum();
    assert_eq!(rss, (2 << 20) + 4096);
    assert_eq!(heap.statm().expect("statm").resident, 513);
    assert_eq!(
        heap.smaps_rollup()
            .expect("smaps_rollup")
            .memory_map_rollup
            .len(),
        1
    );

    // The binary files agree with the texts and with each other.
    let mut pagemap = heap.pagemap().expect("pagemap");
    let mut flags = KPageFlags::from_custom_root(&proc).expect("kpageflags");
    let first = smaps.iter().next().expect("areas").address.0 / 4096;
    let mut present = 0;
    for page in first..first + 1024 {
        let PageInfo::MemoryPage(info) = pagemap.get_info(page as usize).expect("a word") else {
            panic!("page {page} is in swap");
        };
        if !info.contains(MemoryPageFlags::PRESENT) {
            continue;
        }
        present += 1;
        let of_frame = flags
            .get_info(info.get_page_frame_number())
            .expect("a frame");
        let huge = page < first + 512;
        assert!(
            of_frame.contains(PhysicalPageFlags::ANON | PhysicalPageFlags::MMAP),
            "{of_frame:?}"
        );
        assert_eq!(
            of_frame.contains(PhysicalPageFlags::THP),
            huge,
            "page {}",
            page - first
        );
    }
    assert_eq!(present, 513);

    let read = |name: &str| fs::read_to_string(proc.join(name)).expect("a text");
    let meminfo = Meminfo::from_read(read("meminfo").as_bytes()).expect("meminfo");
    assert_eq!(meminfo.anon_hugepages, Some(2 << 20));
    let vmstat = VmStat::from_read(read("vmstat").as_bytes()).expect("vmstat");
    assert_eq!(vmstat.0["thp_fault_alloc"], 1);
    assert_eq!(folder.read("tree/sys/kernel/mm/ksm/run"), "0\n");
    let frames = fs::metadata(proc.join("kpageflags")).expect("a file").len() / 8;
    assert_eq!(
        fs::metadata(proc.join("kpagecount")).expect("a file").len() / 8,
        frames
    );
}

#[test]
fn a_folder_in_use_is_left_alone() {
    let folder = Folder::new("in-use");
    folder.write("s.mm", SCRIPT);
    let said = folder.mm(&["export", "--proc", ".", "s.mm"]).refused();
    assert!(said.contains("not empty"), "{said}");
    folder.write("ends.mm", "proc p\np read b\n");
    let said = folder
        .mm(&["export", "--proc", "tree", "ends.mm"])
        .refused();
    assert!(said.contains("ends.mm:2:8: no region `b`"), "{said}");
    assert!(!folder.path().join("tree").exists());
    let said = folder.mm(&["export", "s.mm"]).refused();
    assert!(said.contains("--c") && said.contains("--proc"), "{said}");
}

#[test]
fn a_scenario_becomes_a_c_program() {
    let folder = Folder::new("c");
    let script = "# what */ it is\nproc p1\np1 mmap 1a 4M\nfor i in 0..3\n  p1 write 1a[$i..] seed=$i\nend\n\
                  for i in 0..2\n  proc q$i\nend\np1 pin 1a[0]\nrun 1500ms\nexpect faults 0x10\n";
    folder.write("s.mm", script);
    let program = folder.mm(&["export", "--c", "s.mm"]).printed();
    let body = program.split("start();\n").last().expect("main");
    let want = "\t/* what * / it is */
\tSTEP(SCRIPT, \"proc p1\") { become(p_p1); }
\tSTEP(p_p1, \"p1 mmap 1a 4M\") { map(&r_1a, new_place(4194304, 0), 4194304, PROT_READ | PROT_WRITE, \
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, NR_FILES, 0); }
\tfor (long n_i = 0; n_i < 3; n_i++) {
\t\tSTEP(p_p1, \"p1 write 1a[%ld..] seed=%ld\", n_i, n_i) { pages('w', &r_1a, (size_t)n_i, r_1a.bytes / PAGE, 1, \
                SEED, (size_t)n_i, 0); }
\t}
\tSTEP(SCRIPT, \"proc q0\") { become(p_q0); }
\tSTEP(SCRIPT, \"proc q1\") { become(p_q1); }
\t/* p1 pin 1a[0]: not on a real kernel, or not from here */
\tSTEP(SCRIPT, \"run 1500ms\") { wait_ns(1500000000); }
\tSTEP(SCRIPT, \"expect faults 0x10\") { expect(shared->faults == 16); }
\treturn finish();
}
";
    assert_eq!(body, want);
    folder
        .mm(&["export", "--c", "s.mm", "--out", "s.c"])
        .printed();
    assert_eq!(folder.read("s.c"), program);
}
