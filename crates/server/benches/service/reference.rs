//! The same work without HTTP: the batch, as the command runs it, on all processors.

use std::path::PathBuf;
use std::time::{Instant, SystemTime};

use ksef_qr::batch::{Batch, CodeSource, Drawing, Interrupt, Observer, Output, Source};
use ksef_qr::manifest::Record;
use ksef_qr::values::IssueDate;
use ksef_qr::{Conditions, Credential, Environment, Issuer};

use super::client::NUMBER;

pub const INVOICES: usize = 20_000;

pub struct Reference {
    folder: tempfile::TempDir,
    with_pictures: bool,
}

struct Nobody;

impl Observer for Nobody {
    fn record(&mut self, _: &Record) {}
}

impl Reference {
    pub fn new(size: usize, with_pictures: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let text = String::from_utf8(invoice(size)).unwrap();
        for number in 0..INVOICES {
            let path = folder.path().join(format!("{number}.xml"));
            std::fs::write(path, text.replacen(NUMBER, &format!("{number:010}"), 1)).unwrap();
        }
        Self { folder, with_pictures }
    }

    /// How many invoices it does in a second.
    pub fn rate(&self) -> f64 {
        let out = tempfile::tempdir().unwrap();
        let certificate = include_bytes!("../../../../fixtures/keys/offline-ec.crt");
        let key = include_bytes!("../../../../fixtures/keys/offline-ec.pkcs8.pem");
        let conditions = Conditions::new(Environment::Test, SystemTime::now());
        let credential = Credential::from_bytes(certificate, key, None, &conditions).unwrap();
        let source = Source::Path(PathBuf::from(self.folder.path()));
        let codes = CodeSource::Sign(Issuer::new(credential).unwrap());
        let mut batch = Batch::new(vec![source], codes, Output::Manifest, IssueDate::today(SystemTime::now()));
        batch.manifest = ksef_qr::batch::Manifest::File(out.path().join("manifest.ndjson"));
        if !self.with_pictures {
            batch.drawing = Drawing::none();
        }
        let begun = Instant::now();
        let summary = batch.run(&Interrupt::new(), &mut Nobody).unwrap();
        assert_eq!(summary.signed, INVOICES as u64);
        INVOICES as f64 / begun.elapsed().as_secs_f64()
    }
}

/// An FA(3) invoice of about `size` bytes: the fixture with as many lines as it takes, and ten digits as its number.
pub fn invoice(size: usize) -> Vec<u8> {
    let fixture = include_str!("../../../../fixtures/invoices/good/fa3-basic.xml").replace("FV/2026/06/001", NUMBER);
    let (start, end) = ("<FaWiersz>", "</FaWiersz>");
    let first = fixture.find(start).unwrap();
    let line = &fixture[first..fixture.find(end).unwrap() + end.len()];
    let (head, tail) = (&fixture[..first], &fixture[fixture.rfind(end).unwrap() + end.len()..]);
    let lines = size.saturating_sub(head.len() + tail.len()).div_ceil(line.len() + 1).max(1);
    [head, &format!("{line}\n").repeat(lines), tail].concat().into_bytes()
}
