//! What both benchmarks work on: invoices of three sizes and the throwaway keys of `fixtures`.

use std::time::SystemTime;

use ksef_qr::{Conditions, Credential, Environment, Issuer};

const INVOICE: &str = include_str!("../../fixtures/invoices/good/fa3-basic.xml");

/// Name and size in bytes; the names are the benchmarks' ids.
pub const SIZES: [(&str, usize); 3] = [("2kB", 2_000), ("10kB", 10_000), ("200kB", 200_000)];

/// An FA(3) invoice of about `size` bytes: the fixture with as many lines as it takes.
pub fn invoice(size: usize) -> Vec<u8> {
    let line_start = INVOICE.find("<FaWiersz>").unwrap();
    let line_end = INVOICE.rfind("</FaWiersz>").unwrap() + "</FaWiersz>".len();
    let line = &INVOICE[line_start..INVOICE.find("</FaWiersz>").unwrap() + "</FaWiersz>".len()];
    let (head, tail) = (&INVOICE[..line_start], &INVOICE[line_end..]);
    let lines = size.saturating_sub(head.len() + tail.len()).div_ceil(line.len() + 1).max(1);
    [head, &format!("{line}\n").repeat(lines), tail].concat().into_bytes()
}

/// The usual credential: EC P-256.
pub fn ec() -> Credential {
    let (certificate, key) = (
        include_bytes!("../../fixtures/keys/offline-ec.crt"),
        include_bytes!("../../fixtures/keys/offline-ec.pkcs8.pem"),
    );
    Credential::from_bytes(certificate, key, None, &conditions()).unwrap()
}

/// The other kind: RSA 2048.
pub fn rsa() -> Credential {
    let (certificate, key) = (
        include_bytes!("../../fixtures/keys/offline-rsa.crt"),
        include_bytes!("../../fixtures/keys/offline-rsa.pkcs8.pem"),
    );
    Credential::from_bytes(certificate, key, None, &conditions()).unwrap()
}

pub fn issuer(credential: Credential) -> Issuer {
    Issuer::new(credential).unwrap()
}

fn conditions() -> Conditions {
    Conditions::new(Environment::Test, SystemTime::now())
}
