//! `machine`: the machine and its boot parameters.

use super::args::{Args, Options, choice};
use crate::language::command::{BootName, BootParameter, Machine};
use crate::language::error::Fault;
use crate::language::number::{bits, size};
use crate::language::vocabulary::Vocabulary;
use crate::language::{MACHINE_MEM_BYTES, MAX_CPUS, MAX_NODES};

pub fn machine(args: &mut Args<'_>) -> Result<Machine, Fault> {
    let options = args.options()?;
    let mem_bytes = options.value("mem").map(|word| {
        let bytes = size(word, "mem")?;
        match MACHINE_MEM_BYTES.contains(&bytes) {
            true => Ok(bytes),
            false => Err(Fault::new(word, "mem from 64M to 64G")),
        }
    });
    let boot = options.all().filter_map(|(key, value)| {
        let name = BootName::find(key)?;
        Some(BootParameter {
            name,
            value: value.text.into(),
        })
    });
    Ok(Machine {
        mem_bytes: mem_bytes.transpose()?,
        nodes: options.number("nodes", 1..=MAX_NODES)?.map(|n| n as u32),
        distance: options.number("distance", 11..=254)?.map(|n| n as u32),
        cpus: options.number("cpus", 1..=MAX_CPUS)?.map(|n| n as u32),
        seed: options
            .value("seed")
            .map(|word| bits(word, "seed"))
            .transpose()?,
        enabled: chosen(&options, "enabled")?,
        kernel: chosen(&options, "kernel")?,
        fs: chosen(&options, "fs")?,
        fs_block: options
            .value("fs_block")
            .map(|word| size(word, "fs_block"))
            .transpose()?,
        read_only_thp_for_fs: options.flag("read_only_thp_for_fs"),
        hugetlb_cont: options.flag("hugetlb_cont"),
        boot: boot.collect(),
    })
}

/// The word an option chooses.
fn chosen<T: Vocabulary>(options: &Options<'_>, name: &str) -> Result<Option<T>, Fault> {
    let word = options.value(name);
    word.map(|word| choice(word, name)).transpose()
}
