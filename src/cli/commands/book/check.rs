//! `ksef-qr book check`: the whole book, read.

use ksef_qr::Error;
use ksef_qr::error::ErrorKind;
use serde::Serialize;

use crate::cli::book::open_to_read;
use crate::cli::credential::key_file::certificates;
use crate::cli::exit::ExitStatus;
use crate::cli::settings::{BookCheck, SecretSource};
use crate::cli::words::failure::ErrorLine;
use crate::cli::words::hints;
use crate::cli::words::say::{say, translated, words};
use crate::cli::words::text::{BAD, DIM, GOOD, counted, printable};

/// The last line. A contract: fields are added, never changed or removed.
#[derive(Serialize)]
struct Summary<'s> {
    r#type: &'static str,
    book: &'s str,
    environment: &'static str,
    invoices: u64,
    faults: u64,
    /// KOD II whose signature was verified, and those of certificates that were not given.
    verified: u64,
    not_verified: u64,
    version: &'static str,
}

pub fn run(settings: &BookCheck) -> anyhow::Result<ExitStatus> {
    let mut known = Vec::new();
    for path in &settings.certificates {
        let found = certificates(path, &SecretSource::VariableOrPrompt)?;
        known.extend(found.into_iter().map(|found| found.certificate));
    }
    let book = open_to_read(&settings.book, settings.now)?;
    let mut invoices = 0;
    let mut faults = 0;
    for fault in book.check(&mut |read| invoices = read)? {
        faults += 1;
        show(&fault, settings.json);
    }
    let (mut verified, mut not_verified) = (0, 0);
    if !known.is_empty() {
        let told = faults;
        let read = book.each_readable(&mut |entry| match entry.verify(book.environment(), &known) {
            Ok(true) => verified += 1,
            Ok(false) => not_verified += u64::from(entry.kod2().is_some()),
            Err(fault) => {
                faults += 1;
                show(&fault.about(book.place()), settings.json);
            }
        });
        match read {
            // It was told above.
            Err(error) if error.kind() == ErrorKind::BookDamaged && told > 0 => {}
            read => read?,
        }
    }
    if settings.json {
        let environment = book.environment().name();
        let version = env!("CARGO_PKG_VERSION");
        let summary = Summary {
            r#type: "summary",
            book: book.place(),
            environment,
            invoices,
            faults,
            verified,
            not_verified,
            version,
        };
        say!("{}", serde_json::to_string(&summary)?);
    } else {
        let verdict = match faults {
            0 => words!("{GOOD}whole{GOOD:#}"),
            _ => format!("{BAD}{}{BAD:#}", counted(faults, "fault")),
        };
        say!("{}: {}, {verdict}", printable(book.place()), counted(invoices, "invoice"));
        if !known.is_empty() {
            say!("  {verified} signatures of KOD II verified, {not_verified} of certificates that were not given");
        }
    }
    Ok(if faults == 0 { ExitStatus::Done } else { ExitStatus::SomeRefused })
}

fn show(fault: &Error, json: bool) {
    // What is wrong is said here.
    let hint = "Take the last copy (`ksef-qr book backup`) once nobody writes in the book, and read the manifests and KSeF's answers since then into it: `ksef-qr book import`.";
    let fault = &match fault.kind() {
        ErrorKind::BookDamaged => fault.clone().with_hint(hint),
        _ => fault.clone(),
    };
    if json {
        say!("{}", ErrorLine::of_refusal(fault, "").to_json());
    } else {
        say!("{BAD}fault{BAD:#}: {}", translated(&fault.to_string()));
        say!("  {DIM}{} [{}]{DIM:#}", translated(hints::of(fault)), fault.code());
    }
}
