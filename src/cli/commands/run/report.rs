//! What a person reads about a run: while it goes, and at its end.

use std::path::Path;

use anstyle::Style;
use indicatif::ProgressBar;
use ksef_qr::Error;
use ksef_qr::batch::{Batch, CodeSource, Existing, Manifest, Observer, Output, Unchanged};
use ksef_qr::credential::Owner;
use ksef_qr::error::ErrorKind;
use ksef_qr::manifest::{
    CertificateCount, CodeRecord, DocumentRecord, Done, InvoiceOutcome, Picture, Record, Signature, Summary,
};

use crate::cli::exit::ExitStatus;
use crate::cli::words::catalog::polish;
use crate::cli::words::failure::ErrorLine;
use crate::cli::words::language::{Language, language};
use crate::cli::words::say::{say, tell, translated, words};
use crate::cli::words::text::{BAD, BOLD, DIM, GOOD, ODD, counted, printable};

/// How many refusals are shown one by one; the manifest has them all.
const MOST_SHOWN: u64 = 20;

/// Tells about a run as it goes, and at its end.
pub struct Report<'b> {
    batch: &'b Batch,
    bar: ProgressBar,
    quiet: bool,
    done: u64,
    refused: u64,
    /// Of those, how many were told one by one.
    shown: u64,
    /// True once it was told that the book cannot be reached: the rest of a run is refused for it, and one line says so.
    is_away: bool,
    warned: u64,
    /// Pictures and documents.
    files: u64,
    /// True once there was an invoice to read, good or bad.
    found: bool,
    /// The first input that could not be read.
    unread: Option<ErrorLine>,
    /// The first invoice done, shown in full if it stays the only one.
    first: Option<Record>,
}

impl Observer for Report<'_> {
    fn record(&mut self, record: &Record) {
        self.bar.inc(1);
        match &record.outcome {
            InvoiceOutcome::Done(done) => {
                self.found = true;
                self.done(record, done);
            }
            InvoiceOutcome::Kept(kept) => {
                self.found = true;
                self.files += files(kept.record.codes(), kept.record.document.as_ref());
            }
            InvoiceOutcome::Refused(error) => {
                self.found |= !error.is_input();
                self.unread.get_or_insert_with(|| ErrorLine::of_refusal(error, &record.input));
                self.refused(&record.input, error);
            }
        }
    }

    fn unchanged(&mut self, unchanged: &Unchanged) {
        self.bar.inc(unchanged.invoices);
        self.found |= unchanged.invoices > 0;
        self.files += unchanged.pictures;
    }
}

impl<'b> Report<'b> {
    pub fn new(batch: &'b Batch, bar: ProgressBar, quiet: bool) -> Self {
        Self {
            batch,
            bar,
            quiet,
            done: 0,
            refused: 0,
            shown: 0,
            is_away: false,
            warned: 0,
            files: 0,
            found: false,
            unread: None,
            first: None,
        }
    }

    fn done(&mut self, record: &Record, done: &Done) {
        self.done += 1;
        self.files += files(done.codes(), done.document.as_ref());
        self.first.get_or_insert_with(|| record.clone());
        for warning in &done.warnings {
            self.warned += 1;
            if !self.quiet && self.warned <= MOST_SHOWN {
                let input = printable(&record.input);
                self.bar
                    .suspend(|| tell!("{ODD}warning{ODD:#}: {input}: {}", printable(&translated(warning.message()))));
            }
        }
    }

    fn refused(&mut self, input: &str, error: &Error) {
        self.refused += 1;
        if error.kind() == ErrorKind::BookUnavailable && std::mem::replace(&mut self.is_away, true) {
            return;
        }
        // Of a PDF and its invoice, which of them it is about.
        let about =
            error.input().filter(|about| *about != input).map_or_else(String::new, |about| format!("{about}: "));
        if self.shown < MOST_SHOWN {
            self.shown += 1;
            self.bar.suspend(|| {
                tell!(
                    "{BAD}refused{BAD:#}: {}: {}{} {DIM}[{}]{DIM:#}",
                    printable(input),
                    printable(&about),
                    printable(&translated(error.message())),
                    error.code()
                );
                tell!("  {DIM}{}{DIM:#}", translated(error.hint()));
            });
        }
    }

    /// The end of a run.
    pub fn finish(self, summary: &Summary) -> ExitStatus {
        self.tell_the_end(summary);
        let status = ExitStatus::of(summary, self.found);
        if let (ExitStatus::Nothing, true, Some(unread)) = (status, self.is_for_programs(), &self.unread) {
            say!("{}", unread.to_json());
        }
        status
    }

    /// The end of a run that an error ended: what was done by then is done.
    pub fn stopped(&self) {
        self.bar.finish_and_clear();
        if self.done > 0 && !self.quiet {
            let done = counted(self.done, "invoice");
            match self.batch.existing {
                // They replace what was there at the end, which this run did not come to.
                Existing::Overwrite => tell!("stopped after {done}"),
                _ => tell!("stopped after {done}; the manifest has them"),
            }
        }
    }

    fn tell_the_end(&self, summary: &Summary) {
        self.bar.finish_and_clear();
        if self.refused > self.shown {
            tell!("{BAD}refused{BAD:#}: and {} more, all in the manifest", self.refused - self.shown);
        }
        if self.quiet {
            return;
        }
        for warning in &summary.warnings {
            tell!("{ODD}warning{ODD:#}: {}", printable(&translated(warning.message())));
        }
        if summary.replaced_nothing {
            let why = match summary.interrupted {
                true => words!("the run did not come to its end"),
                false => words!("nothing was made"),
            };
            tell!("{ODD}nothing replaced{ODD:#}: {why}, and what an earlier run made stays as it was");
        } else if summary.interrupted {
            tell!(
                "{ODD}interrupted{ODD:#}: invoices that were started are finished, and the manifest is complete; --resume does the rest"
            );
        }
        if self.is_for_programs() {
            return;
        }
        match &self.first {
            Some(Record { input, outcome: InvoiceOutcome::Done(done), .. }) if summary.signed + summary.linked == 1 => {
                self.single(input, done);
            }
            _ => {}
        }
        self.totals(summary);
    }

    /// Lines on standard output are for a program; words would spoil them.
    fn is_for_programs(&self) -> bool {
        self.batch.manifest == Manifest::Stdout || self.batch.to_stdout_too
    }

    fn single(&self, input: &str, done: &Done) {
        let invoice = &done.invoice;
        say!("{BOLD}{}{BOLD:#}  {DIM}{}{DIM:#}", printable(invoice.number()), printable(input));
        say!("  {}, seller {}, issued {}", invoice.form(), invoice.seller(), invoice.issue_date());
        let carried = done.document.as_ref().and_then(|document| document.codes);
        if carried == Some(0) {
            say!("  without codes");
        }
        for (name, (_, code)) in ["KOD I ", "KOD II"].iter().zip(done.codes()).take(carried.unwrap_or(usize::MAX)) {
            say!();
            say!("  {BOLD}{name}{BOLD:#}  {}", code.url);
            for (format, picture) in &code.pictures {
                let place = self.place_of(format.extension(), picture);
                say!("          {place} {DIM}({}){DIM:#}", code.label);
            }
        }
        if let Some(document) = &done.document {
            say!();
            say!("  {}", self.place_of(&translated(&document.kind), &document.place));
        }
        if let Some(signed) = &done.kod2 {
            say!();
            let Signature { context, algorithm, serial, .. } = &signed.signature;
            say!("  signed as {algorithm} with certificate {serial}");
            say!("  in the context {} ({})", context.context, translated(context.source.reason()));
        }
        for rule in done.allowed.iter() {
            say!("  {ODD}overridden{ODD:#}: {rule}");
        }
        say!();
    }

    fn totals(&self, summary: &Summary) {
        let done = summary.signed + summary.linked;
        let what = match self.batch.drawing.document.as_ref().map(|document| document.kind()) {
            Some("stamped") => "stamped",
            Some("printed") => "drawn",
            Some(_) => "confirmed",
            None if matches!(self.batch.codes, CodeSource::Link { .. }) => "linked",
            None => "signed",
        };
        let colour = if done > 0 { GOOD } else { Style::new() };
        let refused = match summary.refused {
            0 => String::new(),
            refused => words!(", {BAD}{refused} refused{BAD:#}"),
        };
        let (done, time) = (counted(done, "invoice"), duration(summary.elapsed_ms));
        let what = translated(what);
        let line = match language() {
            Language::English => format!("{colour}{done}{colour:#} {what}{refused} in {time}"),
            Language::Polish => format!("{what}: {colour}{done}{colour:#}{refused}, w {time}"),
        };
        say!("{line}");
        if summary.kept > 0 {
            let redrawn = match summary.redrawn {
                0 => String::new(),
                redrawn => words!(", {redrawn} of them with {} made again", translated(self.noun(2))),
            };
            let unread = match summary.unchanged {
                0 => String::new(),
                unchanged => words!(", {unchanged} of them unchanged on the disk and not read again"),
            };
            say!("  {} kept as an earlier run signed them{unread}{redrawn}", summary.kept);
        }
        if summary.replaced > 0 {
            say!("  {ODD}{}{ODD:#} changed since an earlier run, and signed again", summary.replaced);
        }
        tell_certificates(&summary.certificates);
        if self.files > 0 && !summary.replaced_nothing {
            let place = self.batch.output.path().map_or_else(|| words!("the manifest"), display);
            say!("  {} in {place}", self.counted_files());
        }
        if let (Manifest::File(path), false) = (&self.batch.manifest, summary.replaced_nothing) {
            say!("  manifest: {}", display(path));
        }
    }

    /// `2 pictures`.
    fn counted_files(&self) -> String {
        match (language(), polish().noun(self.noun(1), self.files)) {
            (Language::Polish, Some(noun)) => format!("{}\u{a0}{noun}", self.files),
            _ => format!("{} {}", self.files, self.noun(self.files)),
        }
    }

    /// What a run makes, in the plural if there are several.
    fn noun(&self, count: u64) -> &'static str {
        let document = self.batch.drawing.document.as_ref();
        let [one, several] = document.map_or(["picture", "pictures"], |document| document.nouns());
        if count == 1 { one } else { several }
    }

    fn place_of(&self, what: &str, picture: &Picture) -> String {
        match (picture, &self.batch.output) {
            (Picture::File(name), Output::Folder(folder)) => display(&folder.join(name)),
            (Picture::File(_), Output::File(file)) => display(file),
            (Picture::File(name), Output::Archive(archive)) => words!("{}!{name}", display(archive)),
            _ => words!("{what} in the manifest"),
        }
    }
}

/// Who signed, if there are several.
fn tell_certificates(certificates: &[CertificateCount]) {
    if certificates.len() < 2 {
        return;
    }
    say!("  signed by {} certificates:", certificates.len());
    for certificate in certificates.iter().take(MOST_SHOWN as usize) {
        let owner = match certificate.owner {
            Some(Owner::Nip(nip)) => words!(" of NIP {nip}"),
            _ => String::new(),
        };
        say!("    {}{owner}: {}", certificate.serial, counted(certificate.signed, "invoice"));
    }
    if let more @ 1.. = certificates.len().saturating_sub(MOST_SHOWN as usize) {
        say!("    and {more} more, all in the manifest");
    }
}

/// How many files an invoice has.
fn files<'c>(codes: impl Iterator<Item = (&'static str, &'c CodeRecord)>, document: Option<&DocumentRecord>) -> u64 {
    codes.map(|(_, code)| code.pictures.len() as u64).sum::<u64>() + u64::from(document.is_some())
}

fn duration(milliseconds: u64) -> String {
    match milliseconds {
        0..1000 => format!("{milliseconds} ms"),
        _ => words!("{:.1} s", std::time::Duration::from_millis(milliseconds).as_secs_f64()),
    }
}

fn display(path: &Path) -> String {
    printable(&path.to_string_lossy()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        assert_eq!([duration(7), duration(1250)], ["7 ms", "1.2 s"]);
    }
}
