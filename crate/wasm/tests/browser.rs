//! The facade in a browser: what the worker calls, and that it gives what the native engine gives.

#![cfg(target_arch = "wasm32")]

mod scenarios;

use js_sys::{Array, Reflect};
use mm_wasm::{Canvas, Playground};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

const SCRIPT: &str = "machine mem=256M
proc p
echo 0 > /sys/kernel/mm/transparent_hugepage/khugepaged/max_ptes_none
p mmap a 4M
p write a[600]
p madvise a hugepage
p write a[0..512] seed=1
run 10s
p mmap k 64K
p write k fill=3
";

/// The script, played to its end.
fn played() -> Playground {
    let mut p = Playground::new();
    assert_eq!(length(&p.load(SCRIPT)), 0);
    while p.upcoming() != 0.0 {
        if p.play_line().is_undefined() {
            p.play_time(1e9, 1000);
        }
    }
    p
}

fn get(object: &JsValue, key: &str) -> JsValue {
    Reflect::get(object, &key.into()).unwrap_or_else(|_| panic!("no {key}"))
}

fn text(object: &JsValue, key: &str) -> String {
    get(object, key)
        .as_string()
        .unwrap_or_else(|| panic!("{key} is no text"))
}

fn length(array: &JsValue) -> u32 {
    Array::from(array).length()
}

/// Runs lines as the worker does. Their results, or the error.
fn exec(p: &mut Playground, lines: &str) -> Result<Vec<JsValue>, JsValue> {
    assert_eq!(length(&p.typed_lines(lines)), 0);
    let mut results = Vec::new();
    while p.typed_left() > 0 {
        let result = p.typed_next(100)?;
        if !result.is_undefined() {
            results.push(result);
        }
    }
    Ok(results)
}

#[wasm_bindgen_test]
fn scenarios_give_the_same_bytes_and_hashes_as_natively() {
    assert_eq!(scenarios::all(), include_str!("native.txt"));
}

#[wasm_bindgen_test]
fn a_script_is_played_to_its_end() {
    let p = played();
    assert_eq!((p.pending_lines(), p.position(), p.length()), (0, 9, 9));
    assert_eq!(p.now_ns(), 1e10);
    assert!(
        p.script_text().starts_with(SCRIPT.trim_end()),
        "{}",
        p.script_text()
    );
}

#[wasm_bindgen_test]
fn a_wrong_script_changes_nothing() {
    let mut p = played();
    let before = p.state_hash();
    let errors = Array::from(&p.load("proc p\np mmapp a 4M\n"));
    assert_eq!(errors.length(), 1);
    let error = errors.get(0);
    assert_eq!(
        (get(&error, "line").as_f64(), get(&error, "column").as_f64()),
        (Some(2.0), Some(3.0))
    );
    assert!(
        text(&error, "message").contains("Did you mean `mmap`?"),
        "{}",
        text(&error, "message")
    );
    let errors = Array::from(&p.load("machine mem=1M\n"));
    assert_eq!(errors.length(), 1);
    assert_eq!(p.state_hash(), before);
}

#[wasm_bindgen_test]
fn typed_lines_answer_in_words() {
    let mut p = played();
    let results = exec(
        &mut p,
        "p madvise a[5000..6000] dontneed\ncat /sys/kernel/mm/ksm/run",
    )
    .expect("both can run");
    assert_eq!(text(&results[0], "failed"), "ENOMEM");
    assert!(text(&results[0], "text").starts_with("ENOMEM"));
    assert_eq!(
        (
            text(&results[1], "text").as_str(),
            get(&results[1], "failed").is_null()
        ),
        ("0", true)
    );
    let error = exec(&mut p, "q read a\np exit").expect_err("there is no q");
    assert!(text(&error, "message").contains("no process `q`"));
    assert_eq!(p.typed_left(), 0, "the line after it is not run");
    assert!(!p.cells("p", "a", 0, 1).is_empty());
}

#[wasm_bindgen_test]
fn going_back_and_forth_gives_the_same_machine() {
    let mut p = played();
    let end = p.state_hash();
    p.seek(4);
    while !p.seek_on(10) {}
    assert_eq!((p.position(), p.length()), (4, 9));
    assert!(p.cells("p", "k", 0, 16).is_empty(), "k is not mapped yet");
    p.seek(9);
    while !p.seek_on(10) {}
    assert_eq!(p.state_hash(), end);
    p.seek(7);
    while !p.seek_on(10) {}
    exec(&mut p, "p read a[0]").expect("runs");
    assert_eq!((p.position(), p.length()), (8, 8));
}

#[wasm_bindgen_test]
fn a_typed_run_can_be_left_in_its_middle() {
    let mut p = played();
    exec(&mut p, "run 32s").expect("runs");
    assert_eq!((p.now_ns(), p.length()), (4.2e10, 9 + 32));
    p.seek(9 + 16);
    while !p.seek_on(1000) {}
    assert_eq!(p.now_ns(), 2.6e10);
}

#[wasm_bindgen_test]
fn cells_are_class_letters() {
    let p = played();
    let cells = p.cells("p", "a", 0, 5000);
    assert_eq!(cells.len(), 1024);
    assert!(cells[..512].iter().all(|c| *c == b'T'));
    assert_eq!(p.cells("p", "k", 15, 9), b"a");
    assert_eq!(
        (p.cells("p", "x", 0, 1).len(), p.cells("x", "a", 0, 1).len()),
        (0, 0)
    );
}

#[wasm_bindgen_test]
fn inspect_tells_facts_and_why() {
    let p = played();
    let page = p.inspect("p", "k", 3);
    assert_eq!(
        (
            text(&page, "letter").as_str(),
            get(&page, "frame").as_f64().is_some()
        ),
        ("a", true)
    );
    let facts: Vec<String> = Array::from(&get(&page, "facts"))
        .iter()
        .map(|row| {
            Array::from(&row)
                .iter()
                .filter_map(|s| s.as_string())
                .collect::<Vec<_>>()
                .join(": ")
        })
        .collect();
    assert!(
        facts.contains(&"entry: present · rw · young · dirty".into()),
        "{facts:?}"
    );
    assert!(
        facts
            .iter()
            .any(|f| f.starts_with("contents: 0x03 repeated")),
        "{facts:?}"
    );
    let why = Array::from(&get(&page, "why"));
    let who: Vec<String> = why.iter().map(|list| text(&list, "who")).collect();
    assert_eq!(who, ["fault", "khugepaged", "ksmd"]);
    let failed = |list: JsValue| {
        let checks = Array::from(&get(&list, "checks"));
        checks
            .iter()
            .filter(|c| text(c, "outcome") == "fail")
            .count()
    };
    assert!(failed(why.get(2)) == 1, "ksmd stops at one check");
    assert!(p.inspect("p", "k", 16).is_null());
}

#[wasm_bindgen_test]
fn an_event_is_explained_as_it_was_then() {
    let mut p = played();
    p.measure();
    assert!(p.letters().contains('T'), "{}", p.letters());
    let rows = p.events(200);
    let words = p.words(0);
    let word = |n: f64| words[n as usize].as_str();
    let row = rows[1..]
        .chunks(13)
        .find(|row| (word(row[2]), word(row[8])) == ("khugepaged", "exceed_none_pte"))
        .expect("khugepaged refused the range of one page");
    let (seq, at_ns, index) = (row[0], row[1], row[6] as u32);
    exec(&mut p, "p munmap a").expect("it can run");
    let before = p.state_hash();
    p.past_begin(seq, at_ns);
    while !p.past_on(100) {}
    assert!(p.past_position() > 0);
    let facts = p.past_inspect("p", "a", index);
    let lists = Array::from(&get(&facts, "why")).to_vec();
    let list = lists
        .iter()
        .find(|list| text(list, "who") == "khugepaged")
        .expect("khugepaged has a list");
    assert_eq!(text(list, "verdict"), "exceed_none_pte");
    assert_eq!(p.state_hash(), before, "the machine stays as it is");
    p.past_begin(1e12, at_ns);
    while !p.past_on(1000) {}
    assert!(p.past_inspect("p", "a", index).is_null(), "no such event");
}

#[wasm_bindgen_test]
fn the_rest_of_a_script_is_a_script() {
    let mut p = Playground::new();
    p.load("proc p\np mmap a 4M\nrun 10s\np write a\n");
    for _ in 0..2 {
        p.play_line();
    }
    p.beginning_run();
    p.play_time(4e9, 1000);
    assert_eq!(p.pending_script(), "run 6s\np write a");
}

#[wasm_bindgen_test]
fn events_are_rows_of_numbers_and_words() {
    let mut p = played();
    let rows = p.events(200);
    let words = p.words(0);
    assert_eq!((rows.len() - 1) % 13, 0);
    let word = |at: usize| words[rows[at] as usize].as_str();
    let kinds: Vec<&str> = (1..rows.len()).step_by(13).map(|at| word(at + 3)).collect();
    for kind in ["proc", "mmap", "madvise", "fault"] {
        assert!(kinds.contains(&kind), "{kinds:?}");
    }
    assert_eq!(p.events(200), [0.0], "told once");
}

#[wasm_bindgen_test]
fn files_are_read_listed_and_completed() {
    let p = played();
    assert_eq!(p.read("/proc/p/comm").as_deref().map(str::trim), Ok("p"));
    assert_eq!(p.read("/proc/nobody/maps"), Err("ENOENT".into()));
    assert!(p.list("/sys/kernel/mm").contains(&"ksm/".into()));
    assert_eq!(p.complete("p madvise a huge", 16)[..2], ["12", "hugepage"]);
    assert!(
        p.complete("cat /proc/p/sm", 14)
            .contains(&"/proc/p/smaps".into())
    );
    assert!(length(&p.tunables()) > 20);
}

#[wasm_bindgen_test]
fn the_canvas_shows_the_pages() {
    let mut p = played();
    let viewport = js_sys::JSON::parse(
        r#"{"view":"spaces","width":300,"height":200,"dpr":1,"cell":4,"scrollY":0,"theme":"dark","colouring":"state","letters":false,
            "flash":true,"selected":null,"hovered":null}"#,
    );
    p.set_viewport(viewport.expect("JSON")).expect("a viewport");
    let colour = |letter: &str, dark: &str| {
        format!(
            r##"{{"letter":"{letter}","light":"#ffffff","dark":"{dark}","lightInk":"#000000","darkInk":"#000000"}}"##
        )
    };
    let colours = format!(
        "[{},{},{}]",
        colour("T", "#00c800"),
        colour("a", "#0000c8"),
        colour(".", "#101010")
    );
    let target = web_sys::OffscreenCanvas::new(1, 1).expect("a canvas");
    let colours = js_sys::JSON::parse(&colours).expect("JSON");
    let mut canvas = Canvas::new(target.clone(), colours).expect("a painter");
    assert_eq!(
        canvas.paint(&mut p, 0.0),
        Ok(false),
        "nothing fades at first"
    );
    assert_eq!((target.width(), target.height()), (300, 200));
    let pixel = |x: f64, y: f64| -> Vec<u8> {
        let pen = target.get_context("2d").expect("2d").expect("2d");
        let pen: web_sys::OffscreenCanvasRenderingContext2d = pen.unchecked_into();
        pen.get_image_data(x, y, 1.0, 1.0)
            .expect("a pixel")
            .data()
            .to_vec()
    };
    // Blocks begin at 16, 30; the second holds page 600, which is cell 88: row 2, column 24.
    assert_eq!(pixel(20.0, 40.0), [0, 0xc8, 0, 255]);
    let (x, y) = (16.0 + 138.0 + 24.0 * 4.0, 30.0 + 2.0 * 4.0);
    assert_eq!(pixel(x, y), [0, 0, 0xc8, 255]);
    assert_eq!(pixel(x + 4.0, y), [0x10, 0x10, 0x10, 255]);
    let picked = p.pick(x + 1.0, y + 1.0);
    assert_eq!(get(&get(&picked, "page"), "index").as_f64(), Some(600.0));
    exec(&mut p, "p madvise a[600] dontneed").expect("runs");
    assert_eq!(canvas.paint(&mut p, 16.0), Ok(true), "the cell fades");
    assert_ne!(pixel(x, y), [0x10, 0x10, 0x10, 255]);
    assert_eq!(canvas.paint(&mut p, 2000.0), Ok(false));
    assert_eq!(pixel(x, y), [0x10, 0x10, 0x10, 255]);
}

/// The memory of this module, in bytes.
fn heap() -> u32 {
    get(&get(&wasm_bindgen::memory(), "buffer"), "byteLength")
        .as_f64()
        .expect("a number") as u32
}

#[wasm_bindgen_test]
fn memory_is_asked_for_in_large_steps() {
    let mut p = Playground::new();
    let script = "machine mem=4G\nproc p\np mmap a 512M\np write a seed=1\np madvise a mergeable
echo 1000 > /sys/kernel/mm/ksm/pages_to_scan\necho 1 > /sys/kernel/mm/ksm/run";
    assert_eq!(length(&p.load(script)), 0);
    while !p.play_line().is_undefined() {}
    let mut sizes = vec![heap()];
    for _ in 0..300 {
        p.play_time(2e7, 5000);
        p.cut();
        sizes.push(heap());
    }
    let grown = sizes[300] - sizes[0];
    assert!(grown > 8 << 20, "checkpoints take memory: {grown}");
    let steps = sizes.windows(2).filter(|w| w[1] > w[0]).count() as u32;
    assert!(steps <= grown / (16 << 20) + 1, "{steps} steps to {grown}");
}
