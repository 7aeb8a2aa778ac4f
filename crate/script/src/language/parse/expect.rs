//! `expect`: what is asked and the answer that passes.

use super::args::{Args, choice};
use crate::language::command::{
    Command, CountGroup, Expectation, RegionField, RunLengthField, StepField, Subject, VMA_FIELDS,
};
use crate::language::error::{Fault, one_of};
use crate::language::vocabulary::Vocabulary;
use crate::language::word::Word;

pub fn expect(args: &mut Args<'_>) -> Result<Command, Fault> {
    let word = args.word("what to expect")?;
    let subject = subject(word, args)?;
    let values = args.rest();
    let want = match (&subject, values) {
        (Subject::Ok, []) => "ok".to_owned(),
        (Subject::Ok, [excess, ..]) => {
            return Err(Fault::new(*excess, "nothing after `expect ok`"));
        }
        (_, []) => return Err(args.missing("the value expected")),
        _ => values
            .iter()
            .map(|word| word.text)
            .collect::<Vec<_>>()
            .join(" "),
    };
    Ok(Command::Expect(Expectation {
        subject,
        want: want.into(),
    }))
}

fn subject(word: Word<'_>, args: &mut Args<'_>) -> Result<Subject, Fault> {
    let Some((first, rest)) = word.split(".") else {
        return step_field(word);
    };
    let Some((middle, last)) = rest.split(".") else {
        let group = choice(first, "counters")?;
        return Ok(Subject::Count {
            group,
            name: counter(rest)?,
        });
    };
    let process = args.names.process(first)?;
    if middle.text == "ksm_stat" {
        return Ok(Subject::KsmStat {
            process,
            name: counter(last)?,
        });
    }
    Ok(Subject::Region {
        process,
        region: args.names.region(middle)?,
        field: region_field(last)?,
    })
}

fn step_field(word: Word<'_>) -> Result<Subject, Fault> {
    if word.text == "ok" {
        return Ok(Subject::Ok);
    }
    StepField::find(word.text)
        .map(Subject::Step)
        .ok_or_else(|| {
            let fields = one_of(StepField::WORDS);
            Fault::new(
                word,
                format!("ok, {fields}, PROCESS.REGION.FIELD or COUNTERS.NAME"),
            )
            .suggest(
                word.text,
                StepField::WORDS.iter().chain(CountGroup::WORDS).copied(),
            )
        })
}

fn region_field(word: Word<'_>) -> Result<RegionField, Fault> {
    let of_vma = || {
        VMA_FIELDS
            .iter()
            .find(|field| **field == word.text)
            .map(|field| RegionField::Vma(field))
    };
    RunLengthField::find(word.text)
        .map(RegionField::RunLength)
        .or_else(of_vma)
        .ok_or_else(|| {
            let fields = one_of(RunLengthField::WORDS);
            Fault::new(
                word,
                format!("a field of a region: {fields}, or a number of its smaps"),
            )
            .suggest(
                word.text,
                RunLengthField::WORDS.iter().copied().chain(VMA_FIELDS),
            )
        })
}

/// The name of a counter, which only the machine knows.
fn counter(word: Word<'_>) -> Result<Box<str>, Fault> {
    match word.text.is_empty() {
        true => Err(Fault::missing(word.at, "the name of a counter")),
        false => Ok(word.text.into()),
    }
}
