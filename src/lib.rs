//! Signed verification links and QR codes for invoices that are issued outside of KSeF, the Polish e-invoice system,
//! and sent to it later.
//!
//! An invoice issued offline carries two QR codes. KOD I leads to the invoice in KSeF, once it is there; KOD II proves
//! who issued it, by a link signed with the issuer's type 2 (Offline) KSeF certificate. This crate takes the invoice's
//! XML and makes both:
//!
//! ```
//! use ksef_qr::{Conditions, Credential, Environment, Invoice, Issuer, Rules};
//!
//! # fn main() -> ksef_qr::Result<()> {
//! # let certificate = include_bytes!("../fixtures/keys/offline-ec.crt");
//! # let (key, password) = (include_bytes!("../fixtures/keys/offline-ec.fast.key"), b"Throwaway-Key_2026");
//! # let xml = include_bytes!("../fixtures/invoices/good/fa3-basic.xml");
//! let conditions = Conditions { environment: Environment::Test, now: std::time::SystemTime::now(), allow: Rules::NONE };
//! let issuer = Issuer::new(Credential::from_bytes(certificate, key, Some(password), &conditions)?)?;
//! let links = issuer.sign(&Invoice::read(xml)?)?;
//! let (kod1, kod2) = ksef_qr::codes_png(&links)?;
//! # assert!(links.kod1.starts_with("https://qr-test.ksef.mf.gov.pl/invoice/5265877635/15-06-2026/"));
//! # assert!(kod1.starts_with(b"\x89PNG") && kod2.starts_with(b"\x89PNG"));
//! # Ok(())
//! # }
//! ```
//!
//! An [`Issuer`] is made once; it is shared by any number of threads. For many invoices, files and a manifest there is
//! [`batch`], which is what `sign`, `link`, `stamp` and `confirm` of the command `ksef-qr` run.
//!
//! # The way of the data
//!
//! ```text
//! invoice bytes -> facts + hash -> links -> signature -> QR symbol -> picture -> file
//! ```
//!
//! # Code map
//!
//! Each module may use those above it in this list, and no other (a test reads the sources and checks):
//!
//! | module | turns | into |
//! |---|---|---|
//! | `error`, `warning` | | what was found, in which file, what to do |
//! | `values` | text | [`Nip`], [`InvoiceHash`], [`KsefNumber`], ...: checked when made, never again |
//! | [`deadline`] | a mode and an issue date | the day by which KSeF must have the invoice |
//! | `invoice` | bytes | an [`Invoice`]: its facts, its hash, the acceptance rules |
//! | [`check`] | bytes, a date, the Ministry's schemas | all that KSeF would have against a file |
//! | `upo` | KSeF's confirmation | the number of each invoice |
//! | `link` | facts | [`Kod1`], [`UnsignedKod2`]; and a link back into its parts |
//! | `credential` | files | a [`Credential`], if key, certificate and purpose agree |
//! | `register` | a TOML file of certificates | the one that signs today, those that end soon (feature `register`) |
//! | `sign` | facts and a credential | [`SignedLinks`]; the trait [`LinkSigner`] |
//! | [`enrol`] | a new key, a subject | a key file as the portal keeps it, a certificate request |
//! | [`pkcs11`] | a token or HSM | a [`LinkSigner`] whose key never leaves it (feature `pkcs11`) |
//! | `qr` | a link | a [`Symbol`] |
//! | `render` | a symbol and a label | PNG, SVG, PDF |
//! | `typeface` | a text | its width, its letters in a PDF (feature `pdf`) |
//! | `pdf` | a PDF and codes | the PDF with the codes on it (feature `pdf`) |
//! | [`paper`] | codes, the facts of an invoice | sheets of labels, confirmations (feature `pdf`) |
//! | [`advice`] | an invoice, a mode, a number | which document may be handed over, with which codes |
//! | `files` | bytes | files that are whole or not there, locked, changed in place |
//! | [`manifest`] | what came of an invoice | a line of JSON; and the line back into what it says |
//! | [`verify`] | a link, an invoice, a certificate | a report: what is right, what is wrong, what only KSeF knows |
//! | [`checklist`] | a certificate, a key, a password | what a person should check before relying on them |
//! | `scan` | a picture, a PDF | the texts of its QR codes (feature `scan`) |
//! | [`batch`] | files | pictures and a manifest |
//!
//! A new form of invoice goes to `invoice/form.rs`, a new picture format to `render/`, a new kind of key to
//! `credential/`, a new way to sign behind [`LinkSigner`].
//!
//! # Invariants
//!
//! - `deadline` to `advice` do not know files, clocks, threads and arguments. The clock is the caller's.
//! - The hash covers the exact bytes given. Nothing rewrites an invoice.
//! - One file, `sign/aws.rs`, knows which library signs and makes keys. Only `batch` writes what users keep, by means of
//!   `files`, and the manifest in `batch/output/manifest_writer.rs`.
//! - A private key is decrypted once, wiped when dropped and never printed.
//! - Nothing touches a network. `pkcs11` alone loads somebody else's library, and only if a URI names one.
//! - An [`Error`] says what was found and what to do. Nothing bad is silently signed, and no input makes this crate
//!   panic.

// Nothing that comes from outside may panic; tests may (clippy.toml).
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

/// Compiles the example in the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

pub mod advice;
pub mod batch;
pub mod check;
pub mod checklist;
mod credential;
pub mod deadline;
pub mod enrol;
mod error;
#[doc(hidden)]
pub mod files;
mod invoice;
mod link;
pub mod manifest;
#[cfg(feature = "pdf")]
pub mod paper;
#[cfg(feature = "pdf")]
pub mod pdf;
pub mod pkcs11;
mod qr;
#[cfg(feature = "register")]
pub mod register;
mod render;
#[cfg(feature = "scan")]
pub mod scan;
mod sign;
#[cfg(feature = "pdf")]
mod typeface;
mod upo;
mod values;
pub mod verify;
mod warning;

pub use credential::{
    Certificate, Conditions, Credential, KeyKind, KsefCertificate, Owner, Pkcs12, PrivateKey, PublicCredential,
    Purpose, certificates, check_pair, check_password, mask_pesel,
};
pub use error::{CODES, Error, Result};
pub use invoice::{Buyer, Form, Invoice, Party, Place, Severity};
pub use link::{Kod1, Kod2, Link, UnsignedKod2};
pub use qr::{EccLevel, Mask, Symbol, Version};
pub use render::{Label, PictureFormat, Renderer, Style};
pub use sign::{
    Algorithm, ContextChoice, ContextSource, Issuer, LinkSigner, SignatureEncoding, SignedLinks, deterministic_signer,
    signer,
};
pub use upo::Upo;
pub use values::{
    CertificateSerial, ContextId, Day, Environment, InvoiceHash, IssueDate, KsefNumber, Nip, Rule, Rules,
};
pub use warning::Warning;

/// Draws both codes of an invoice that has no KSeF number yet as PNG, with their labels `OFFLINE` and `CERTYFIKAT`, in
/// the usual size: [`Style::default`], error correction M.
///
/// # Errors
/// `link_too_long`, which no link of this crate is.
pub fn codes_png(links: &SignedLinks) -> Result<(Vec<u8>, Vec<u8>)> {
    let mut renderer = Renderer::new(Style::default());
    let mut draw = |link: &str, label| Ok(renderer.png(&Symbol::encode(link, EccLevel::default())?, &label));
    Ok((draw(&links.kod1, Label::OFFLINE)?, draw(&links.kod2, Label::CERTYFIKAT)?))
}
