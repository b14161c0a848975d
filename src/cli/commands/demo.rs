//! `ksef-qr demo`: the main job on bundled data, and what to try next.

use std::fs;
use std::io::IsTerminal as _;
use std::num::NonZeroUsize;
use std::path::Path;
use std::time::SystemTime;

use anyhow::{Context as _, bail};
use ksef_qr::batch::{Batch, CodeSource, Existing, Interrupt, Observer, Output, Source};
use ksef_qr::files::write_file;
use ksef_qr::manifest::{InvoiceOutcome, Record};
use ksef_qr::qr::Symbol;
use ksef_qr::values::IssueDate;
use ksef_qr::{Conditions, Credential, EccLevel, Environment, Issuer, PictureFormat};

use crate::cli::exit::ExitStatus;
use crate::cli::words::hints::HINTS;
use crate::cli::words::say::{say, translated};
use crate::cli::words::text::printable;

/// Test data of the project: invented companies, a key that everybody has.
const INVOICES: &[(&str, &[u8])] = &[
    ("domestic.xml", include_bytes!("../../../fixtures/invoices/good/fa3-basic.xml")),
    ("consumer.xml", include_bytes!("../../../fixtures/invoices/good/fa3-consumer.xml")),
    ("procurement.xml", include_bytes!("../../../fixtures/invoices/good/pef-basic.xml")),
    ("30-february.xml", include_bytes!("../../../fixtures/invoices/bad/impossible-date.xml")),
];
const CERTIFICATE: &[u8] = include_bytes!("../../../fixtures/keys/offline-ec.crt");
const KEY: &[u8] = include_bytes!("../../../fixtures/keys/offline-ec.key");
const PASSWORD: &[u8] = include_bytes!("../../../fixtures/keys/password.txt");

pub fn run(folder: &Path) -> anyhow::Result<ExitStatus> {
    let credential = credential()?;
    let serial = credential.certificate().serial();
    write_inputs(folder)?;
    let shown = printable(&folder.to_string_lossy()).into_owned();
    say!("Four invoices, issued offline, to be signed with a type 2 (Offline) certificate.");
    say!("Test environment, certificate {serial}, everything invented.");
    say!();

    // In this order, which tells the story; the folder would be read by name.
    let sources = INVOICES.iter().map(|(name, _)| Source::Path(folder.join("invoices").join(name))).collect();
    let codes = CodeSource::Sign(Issuer::new(credential)?);
    let today = IssueDate::today(SystemTime::now());
    let mut batch = Batch::new(sources, codes, Output::Folder(folder.to_owned()), today);
    batch.drawing.formats = vec![PictureFormat::Png, PictureFormat::Svg];
    (batch.existing, batch.jobs) = (Existing::Overwrite, NonZeroUsize::MIN);
    batch.hints = HINTS;
    let mut story = Story { kod1: None };
    let summary = batch.run(&Interrupt::new(), &mut story)?;

    say!("{} signed, {} refused, in {} ms.", summary.signed, summary.refused, summary.elapsed_ms);
    say!("  pictures, PNG and SVG:  {shown}");
    say!("  manifest, JSON lines:   {shown}/manifest.ndjson");
    if let Some(link) = story.kod1.filter(|_| std::io::stdout().is_terminal()) {
        say!();
        say!("KOD I of the first invoice. A phone reads it off the screen:");
        say!();
        say!("{}", as_text(&Symbol::encode(&link, EccLevel::L)?));
    }
    say!();
    let program = quoted(&std::env::args().next().unwrap_or_else(|| "ksef-qr".to_owned()));
    let path = |name: &str| quoted(&format!("{shown}/{name}"));
    say!("The same by hand (exit status 1: one of the four is bad on purpose):");
    say!("  {program} sign {} --env test --cert {} \\", path("invoices"), path("throwaway.crt"));
    say!("      --key {} --password-file {} --out my-codes", path("throwaway.key"), path("throwaway.password"));
    say!();
    say!("With your own invoice and certificate: leave out --env test. See ksef-qr sign --help.");
    Ok(ExitStatus::Done)
}

fn credential() -> anyhow::Result<Credential> {
    let conditions = Conditions::new(Environment::Test, SystemTime::now());
    let password = PASSWORD.trim_ascii_end();
    Credential::from_bytes(CERTIFICATE, KEY, Some(password), &conditions).context("the bundled certificate")
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | ':' | '\\');
    if word.starts_with('-') {
        quoted(&format!("./{word}"))
    } else if word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// Puts what the demo works on where the user can try it again.
fn write_inputs(folder: &Path) -> anyhow::Result<()> {
    let is_own = folder.join("throwaway.key").exists();
    if !is_own && fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()) {
        bail!("{}: the folder holds other files; choose another with --out", folder.display());
    }
    for (name, bytes) in INVOICES {
        write_file(&folder.join("invoices").join(name), bytes)?;
    }
    for (name, bytes) in [("throwaway.crt", CERTIFICATE), ("throwaway.key", KEY), ("throwaway.password", PASSWORD)] {
        write_file(&folder.join(name), bytes)?;
    }
    Ok(())
}

/// Says what became of each invoice, in a line or two.
struct Story {
    kod1: Option<String>,
}

impl Observer for Story {
    fn record(&mut self, record: &Record) {
        let name = Path::new(&record.input).file_name().unwrap_or_default().to_string_lossy();
        match &record.outcome {
            InvoiceOutcome::Done(done) => {
                let invoice = &done.invoice;
                say!("signed   {name:<16} {}  {}, issued {}", invoice.number(), invoice.form(), invoice.issue_date());
                say!("         KOD I   {}", done.kod1.url);
                if let Some(signed) = &done.kod2 {
                    say!("         KOD II  {}", signed.code.url);
                }
                self.kod1.get_or_insert_with(|| done.kod1.url.clone());
            }
            InvoiceOutcome::Kept(_) => {}
            InvoiceOutcome::Refused(error) => {
                let found = translated(error.message());
                say!("refused  {name:<16} {found}: a code for it would have failed in the buyer's hands");
            }
        }
        say!();
    }
}

/// A symbol for the terminal: two modules a character, light on dark or dark on light alike, because both
/// halves are drawn.
fn as_text(symbol: &Symbol) -> String {
    const QUIET_ZONE: i32 = 2;
    let size = i32::try_from(symbol.size()).unwrap_or(0);
    let is_dark = |x: i32, y: i32| match (usize::try_from(x), usize::try_from(y)) {
        (Ok(x), Ok(y)) if x < symbol.size() && y < symbol.size() => symbol.is_dark(x, y),
        _ => false,
    };
    let mut text = String::new();
    for y in (-QUIET_ZONE..size + QUIET_ZONE).step_by(2) {
        // Black on white, whatever the terminal's colours: scanners want the light to be light.
        text.push_str("  \u{1b}[30;107m");
        for x in -QUIET_ZONE..size + QUIET_ZONE {
            text.push(match (is_dark(x, y), is_dark(x, y + 1)) {
                (false, false) => ' ',
                (true, false) => '▀',
                (false, true) => '▄',
                (true, true) => '█',
            });
        }
        text.push_str("\u{1b}[0m\n");
    }
    text.pop();
    text
}
