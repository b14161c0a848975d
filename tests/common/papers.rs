//! Invoices for books: several files to a number, each with more than one KOD II that could be its.

use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use ksef_qr::book::{Event, Facts, Happening, IssuedKod2, NewEntry};
use ksef_qr::values::{Environment, InvoiceHash, KsefNumber};
use ksef_qr::{Conditions, Credential, Invoice, Issuer};

use super::{file, key_file};

/// A file of an invoice, with codes that were made for it at different times.
pub struct Paper {
    pub facts: Facts,
    pub kod2: Vec<IssuedKod2>,
}

/// How many files share a number.
pub const FILES: usize = 3;

/// Sixteen numbers, `FILES` files to each.
pub fn papers() -> &'static [Paper] {
    static PAPERS: OnceLock<Vec<Paper>> = OnceLock::new();
    PAPERS.get_or_init(|| {
        let issuer = issuer();
        let text = String::from_utf8(file("invoices/good/fa3-basic.xml")).unwrap();
        let make = |at: usize| {
            let text = text.replace("FV/2026/06/001", &format!("FV/2026/06/{}", at / FILES));
            let bytes = text + &"\n".repeat(at % FILES);
            let invoice = Invoice::read(bytes.as_bytes()).unwrap();
            let kod2 = || match NewEntry::signed(Facts::from(&invoice), &issuer.sign(&invoice).unwrap(), now(), "")
                .issued
                .what
            {
                Happening::Issued { kod2, .. } => kod2.unwrap(),
                _ => unreachable!(),
            };
            Paper { facts: Facts::from(&invoice), kod2: vec![kod2(), kod2(), kod2()] }
        };
        (0..16 * FILES).map(make).collect()
    })
}

/// The throwaway credential, which signs in no time.
pub fn issuer() -> Issuer {
    let conditions = Conditions::new(Environment::Test, now());
    let credential =
        Credential::from_bytes(&key_file("offline-ec.crt"), &key_file("offline-ec.pkcs8.pem"), None, &conditions);
    Issuer::new(credential.unwrap()).unwrap()
}

/// 2026-06-30T12:00:00Z.
pub fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_782_820_800)
}

impl Paper {
    pub fn hash(&self) -> InvoiceHash {
        self.facts.hash
    }

    /// To be entered with one of its KOD II, or with KOD I alone.
    pub fn new_entry(&self, kod2: Option<usize>, cause: &str) -> NewEntry {
        let what = Happening::Issued {
            kod2: kod2.map(|at| self.kod2[at].clone()),
            mode: None,
            send_by: None,
            is_rehearsed: false,
        };
        NewEntry { facts: self.facts.clone(), issued: Event::new(what, now(), cause), may_repeat: false }
    }
}

/// The nth number of KSeF, with its check digits.
pub fn ksef_number(nth: usize) -> KsefNumber {
    let text = format!("5265877635-20260616-{nth:012X}");
    let crc = text.bytes().fold(0_u8, |crc, byte| {
        (0..8).fold(crc ^ byte, |crc, _| if crc & 0x80 == 0 { crc << 1 } else { (crc << 1) ^ 0x07 })
    });
    KsefNumber::parse(&format!("{text}-{crc:02X}")).unwrap()
}
