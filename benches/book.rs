//! What a book of many invoices costs: to enter them, at a till, to list the open ones, to back it up.
//!
//!     cargo bench --bench book -- 1000000
//!     cargo bench --bench book -- 100000 postgres://postgres@localhost/empty
//!
//! The first is a file in the temporary folder. Of the invoices, a thousand stay open.

use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use ksef_qr::book::{Book, Event, Facts, Filter, Found, Happening, NewEntry, Place};
use ksef_qr::values::{InvoiceHash, KsefNumber};
use ksef_qr::{Conditions, Credential, Environment, Invoice, Issuer, Result, SignedLinks};

/// As a run does it.
const AT_ONCE: usize = 64;

const OPEN: usize = 1000;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    // Under `cargo test --all-targets` it only shows that it works.
    let count = arguments.first().and_then(|word| word.parse().ok()).unwrap_or(2 * OPEN);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let place = match arguments.get(1) {
        Some(url) => Place::parse(url).expect("a place"),
        None => Place::File(folder.path().join("firm.book")),
    };
    measure(&place, count, folder.path()).expect("a book");
}

fn measure(place: &Place, count: usize, folder: &Path) -> Result<()> {
    let now = SystemTime::now();
    let book = Book::create(place, Environment::Test, now)?;
    let template = Template::new()?;
    let begun = Instant::now();
    for first in (0..count).step_by(AT_ONCE) {
        let new: Vec<NewEntry> = (first..count.min(first + AT_ONCE)).map(|nth| template.entry(nth)).collect();
        book.enter(&new.iter().collect::<Vec<_>>())?;
    }
    say("enter all, 64 at a time", count, begun.elapsed());
    let begun = Instant::now();
    let mut open = 0;
    book.each(&open_ones(), &mut |_| {
        Ok({
            open += 1;
            true
        })
    })?;
    say("list the open ones, all of them", open, begun.elapsed());
    let begun = Instant::now();
    let accepted: Vec<usize> = (0..count.saturating_sub(OPEN)).collect();
    for chunk in accepted.chunks(1000) {
        let event = |nth: &usize| {
            let number = KsefNumber::parse(&ksef_number(*nth)).expect("a number");
            (template.facts(*nth).hash, Event::new(Happening::Accepted { number, corrected_by: None }, now, "a bench"))
        };
        book.record(&chunk.iter().map(event).collect::<Vec<_>>())?;
    }
    say("enter KSeF's numbers, 1 000 at a time", accepted.len(), begun.elapsed());
    let begun = Instant::now();
    let mut open = 0;
    book.each(&open_ones(), &mut |_| {
        Ok({
            open += 1;
            true
        })
    })?;
    say("list the open ones", open, begun.elapsed());
    let begun = Instant::now();
    for nth in count..count + 100 {
        let book = Book::open(place, now)?;
        let new = template.entry(nth);
        assert_eq!(book.look_up(&[&new.facts])?, [Found::New]);
        assert_eq!(book.enter(&[&new])?, [Found::New]);
    }
    say("at a till: open, look up, enter", 100, begun.elapsed());
    let begun = Instant::now();
    let mut filter = Filter::default();
    filter.number = Some(template.facts(count / 2).number);
    book.each(&filter, &mut |_| Ok(true))?;
    say("list those of a number", 1, begun.elapsed());
    let begun = Instant::now();
    let copy = folder.join("copy.book");
    book.copy_to(&copy, now)?;
    say("back up", count, begun.elapsed());
    let bytes = copy.metadata().map_or(0, |file| file.len());
    println!("{:>40}: {} MB, {} bytes an invoice", "size", bytes / 1_000_000, bytes / count as u64);
    Ok(())
}

fn open_ones() -> Filter {
    let mut filter = Filter::default();
    filter.is_open = true;
    filter
}

fn say(what: &str, count: usize, time: Duration) {
    let each = time.as_secs_f64() * 1e6 / count.max(1) as f64;
    println!("{what:>40}: {count:>8} in {:>8.3} s, {each:>9.1} µs each", time.as_secs_f64());
}

/// One invoice that was signed, under many numbers: what a signature costs is measured elsewhere.
struct Template {
    facts: Facts,
    links: SignedLinks,
}

impl Template {
    fn new() -> Result<Self> {
        let keys = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/keys/");
        let read = |path: String| std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        let conditions = Conditions::new(Environment::Test, SystemTime::now());
        let (certificate, key) = (read(format!("{keys}offline-ec.crt")), read(format!("{keys}offline-ec.pkcs8.pem")));
        let issuer = Issuer::new(Credential::from_bytes(&certificate, &key, None, &conditions)?)?;
        let xml = read(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/invoices/good/fa3-basic.xml").to_owned());
        let invoice = Invoice::read(&xml)?;
        Ok(Self { facts: Facts::from(&invoice), links: issuer.sign(&invoice)? })
    }

    fn facts(&self, nth: usize) -> Facts {
        let mut facts = self.facts.clone();
        facts.number = format!("FV/2026/{nth:07}");
        facts.hash = InvoiceHash::of(facts.number.as_bytes());
        facts
    }

    fn entry(&self, nth: usize) -> NewEntry {
        NewEntry::signed(self.facts(nth), &self.links, SystemTime::now(), &format!("sign in/f{nth:07}.xml"))
    }
}

/// With its check digits.
fn ksef_number(nth: usize) -> String {
    let text = format!("5265877635-20260616-{nth:012X}");
    let crc = text.bytes().fold(0_u8, |crc, byte| {
        (0..8).fold(crc ^ byte, |crc, _| if crc & 0x80 == 0 { crc << 1 } else { (crc << 1) ^ 0x07 })
    });
    format!("{text}-{crc:02X}")
}
