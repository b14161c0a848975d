//! What a person is told. Colours come and go with the terminal (anstream), words do not.

use std::borrow::Cow;
use std::path::Path;

use anstream::{eprintln, print, println};
use anstyle::{AnsiColor, Style};
use indicatif::ProgressBar;
use ksef_qr::Error;
use ksef_qr::batch::{Batch, Code, Done, Manifest, Observer, Record, Summary, Task};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const GOOD: Style = AnsiColor::Green.on_default().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();
const ODD: Style = AnsiColor::Yellow.on_default().bold();

/// How many refusals are told one by one; the manifest has them all.
const MOST_TOLD: u64 = 20;

/// Tells about a run as it goes, and at its end.
pub struct Report<'b> {
    batch: &'b Batch,
    bar: ProgressBar,
    quiet: bool,
    told: u64,
    warned: u64,
    pictures: u64,
    /// The first invoice done, shown in full if it stays the only one.
    first: Option<Record>,
}

impl Observer for Report<'_> {
    fn record(&mut self, record: &Record) {
        self.bar.inc(1);
        match &record.outcome {
            Ok(done) => self.done(record, done),
            Err(error) => self.refused(&record.input, error),
        }
    }
}

impl<'b> Report<'b> {
    pub fn new(batch: &'b Batch, bar: ProgressBar, quiet: bool) -> Self {
        Self { batch, bar, quiet, told: 0, warned: 0, pictures: 0, first: None }
    }

    fn done(&mut self, record: &Record, done: &Done) {
        self.pictures += codes(done).map(|code| code.pictures.len() as u64).sum::<u64>();
        self.first.get_or_insert_with(|| record.clone());
        for warning in &done.warnings {
            self.warned += 1;
            if !self.quiet && self.warned <= MOST_TOLD {
                let input = printable(&record.input);
                self.bar.suspend(|| eprintln!("{ODD}warning{ODD:#}: {input}: {}", printable(warning.message())));
            }
        }
    }

    fn refused(&mut self, input: &str, error: &Error) {
        self.told += 1;
        if self.told <= MOST_TOLD {
            self.bar.suspend(|| {
                eprintln!(
                    "{BAD}refused{BAD:#}: {}: {} {DIM}[{}]{DIM:#}",
                    printable(input),
                    printable(error.message()),
                    error.code()
                );
                eprintln!("  {DIM}{}{DIM:#}", error.hint());
            });
        }
    }

    /// The end of a run.
    pub fn finish(self, summary: &Summary) {
        self.bar.finish_and_clear();
        if self.told > MOST_TOLD {
            eprintln!("{BAD}refused{BAD:#}: and {} more, all in the manifest", self.told - MOST_TOLD);
        }
        if self.quiet {
            return;
        }
        for warning in &summary.warnings {
            eprintln!("{ODD}warning{ODD:#}: {}", printable(warning.message()));
        }
        if summary.interrupted {
            eprintln!("{ODD}interrupted{ODD:#}: what was begun is finished, the manifest is whole");
        }
        // The manifest on standard output is for a program; words would spoil it.
        if self.batch.manifest == Manifest::Stdout {
            return;
        }
        match &self.first {
            Some(Record { input, outcome: Ok(done) }) if summary.signed + summary.linked == 1 => {
                self.single(input, done);
            }
            _ => {}
        }
        self.totals(summary);
    }

    fn single(&self, input: &str, done: &Done) {
        let invoice = &done.invoice;
        println!("{BOLD}{}{BOLD:#}  {DIM}{}{DIM:#}", printable(invoice.number()), printable(input));
        println!("  {}, seller {}, issued {}", invoice.form(), invoice.seller(), invoice.issue_date());
        for (name, code) in ["KOD I ", "KOD II"].iter().zip(codes(done)) {
            println!();
            println!("  {BOLD}{name}{BOLD:#}  {}", code.url);
            for (_, picture) in &code.pictures {
                println!("          {} {DIM}({}){DIM:#}", self.path_of(picture), code.label);
            }
        }
        if let Some(signed) = &done.kod2 {
            println!();
            println!("  signed as {} with certificate {}", signed.algorithm, signed.serial);
            println!("  in the context {} ({})", signed.context.context, signed.context.source.reason());
        }
        for rule in done.allowed.iter() {
            println!("  {ODD}overridden{ODD:#}: {rule}");
        }
        println!();
    }

    fn totals(&self, summary: &Summary) {
        let done = summary.signed + summary.linked;
        let what = if matches!(self.batch.task, Task::Link { .. }) { "linked" } else { "signed" };
        let colour = if done > 0 { GOOD } else { Style::new() };
        print!("{colour}{}{colour:#} {what}", counted(done, "invoice"));
        if summary.refused > 0 {
            print!(", {BAD}{} refused{BAD:#}", summary.refused);
        }
        println!(" in {}", duration(summary.elapsed_ms));
        if self.pictures > 0 {
            println!("  {} in {}", counted(self.pictures, "picture"), display(self.batch.output.folder()));
        }
        if let Manifest::File(path) = &self.batch.manifest {
            println!("  manifest: {}", display(path));
        }
    }

    fn path_of(&self, picture: &str) -> String {
        display(&self.batch.output.folder().join(picture))
    }
}

/// Reports what ended the program before its work.
pub fn failure(error: &anyhow::Error) {
    eprintln!("{BAD}error{BAD:#}: {}", printable(&format!("{error:#}")));
    if let Some(error) = error.downcast_ref::<Error>() {
        eprintln!("  {DIM}{} [{}]{DIM:#}", error.hint(), error.code());
    }
}

fn codes(done: &Done) -> impl Iterator<Item = &Code> {
    [Some(&done.kod1), done.kod2.as_ref().map(|signed| &signed.code)].into_iter().flatten()
}

fn counted(count: u64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

fn duration(milliseconds: u64) -> String {
    match milliseconds {
        0..1000 => format!("{milliseconds} ms"),
        _ => format!("{:.1} s", std::time::Duration::from_millis(milliseconds).as_secs_f64()),
    }
}

fn display(path: &Path) -> String {
    printable(&path.to_string_lossy()).into_owned()
}

/// Text from outside, harmless on a terminal: an invoice's number or a file's name may hold escape sequences.
pub fn printable(text: &str) -> Cow<'_, str> {
    match text.contains(char::is_control) {
        true => Cow::Owned(text.chars().map(|c| if c.is_control() { '\u{FFFD}' } else { c }).collect()),
        false => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_from_outside_steers_the_terminal() {
        assert_eq!(printable("F/1\u{1b}[2J\n"), "F/1\u{FFFD}[2J\u{FFFD}");
        assert_eq!(printable("zażółć"), "zażółć");
    }

    #[test]
    fn words() {
        assert_eq!([counted(1, "invoice"), counted(2, "picture")], ["1 invoice", "2 pictures"]);
        assert_eq!([duration(7), duration(1250)], ["7 ms", "1.2 s"]);
    }
}
