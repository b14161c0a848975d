//! Signed verification links and QR codes for invoices that are issued outside of KSeF, the Polish e-invoice system,
//! and sent to it later.
//!
//! An invoice issued offline carries two QR codes. KOD I leads to the invoice in KSeF, once it is there; KOD II proves
//! who issued it, by a link signed with the issuer's type 2 (Offline) KSeF certificate. This crate takes the invoice's
//! XML and makes both:
//!
//! ```
//! use ksef_qr::{Conditions, Credential, Environment, Invoice, Issuer};
//!
//! # fn main() -> ksef_qr::Result<()> {
//! # let certificate = include_bytes!("../fixtures/keys/offline-ec.crt");
//! # let (key, password) = (include_bytes!("../fixtures/keys/offline-ec.fast.key"), b"Throwaway-Key_2026");
//! # let xml = include_bytes!("../fixtures/invoices/good/fa3-basic.xml");
//! let conditions = Conditions::new(Environment::Test, std::time::SystemTime::now());
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
//! # How the data flows
//!
//! ```text
//! invoice bytes -> facts + hash -> links -> signature -> QR symbol -> picture -> file
//! ```
//!
//! # Code map
//!
//! Each module may use those above it in this list, and no other; no two files import each other. Tests read the sources
//! and check both.
//!
//! | module | turns | into |
//! |---|---|---|
//! | [`error`] | what went wrong | its kind, its code, what to do; warnings; the one registry of codes |
//! | [`values`] | text | [`Nip`](values::Nip), [`InvoiceHash`](values::InvoiceHash), [`KsefNumber`], ...: checked when made, never again |
//! | [`report`] | something that was looked at | what came of it, for `check`, `verify` and `audit` |
//! | [`deadline`] | a mode and an issue date | the day by which KSeF must have the invoice |
//! | `icalendar` | days and words | a calendar that programs read |
//! | `xml` | text | events; a fast reader and its slow twin |
//! | [`invoice`] | events | an [`Invoice`]: its facts, its hash, the acceptance rules |
//! | [`check`] | bytes, a date, the Ministry's schemas | everything for which KSeF would refuse the file |
//! | [`upo`] | KSeF's confirmation, or its answer in JSON | the number of each invoice |
//! | [`correction`] | the file that KSeF refused, the one in its place | what differs, whether it may, what the request says |
//! | [`link`] | facts | [`Kod1`](link::Kod1), [`UnsignedKod2`](link::UnsignedKod2); and a link back into its parts |
//! | `crypto` | keys and texts, as bytes | signatures and public keys, by the library that signs |
//! | [`credential`] | files, open or locked | a [`Credential`], if key, certificate and purpose agree |
//! | [`register`] | a TOML file of certificates | the one that signs today, those that end soon (feature `register`) |
//! | [`sign`] | facts and a credential | [`SignedLinks`]; the trait [`LinkSigner`](sign::LinkSigner) |
//! | [`enrol`] | a new key, a subject | a key file as the portal keeps it, a certificate request |
//! | [`pkcs11`] | a token or HSM | a [`LinkSigner`](sign::LinkSigner) whose key never leaves it (feature `pkcs11`) |
//! | [`qr`] | a link | a [`Symbol`](qr::Symbol) |
//! | `pdf_objects` | values | the objects of a PDF, and a file of them |
//! | `font` | a text | its width, its lines, its outlines, its letters in a PDF |
//! | [`render`] | a link and a label | a [`Code`]; PNG, SVG, PDF |
//! | `pdf` | a PDF and codes | the PDF with the codes on it (feature `pdf`) |
//! | [`paper`] | codes, an invoice | sheets of labels, confirmations, the invoice on paper (feature `pdf`) |
//! | [`advice`] | an invoice, a mode, a number | which document may be handed over, with which codes |
//! | `files` | bytes | files that are whole or not there, locked, changed in place |
//! | `threads` | threads that are wanted | as many as there is memory for |
//! | [`key_files`] | paths of certificates, keys, passwords | what is in them, opened; who signs by an entry of a register |
//! | [`scanner`] | strangers' pictures, PDFs, schemas | what `ksef-qr-scan`, in a process of its own, finds in them |
//! | [`manifest`] | what came of an invoice | a line of JSON; and the line back into what it says |
//! | [`book`] | what happens to an invoice | its state; SQLite, PostgreSQL (feature `book`) |
//! | [`verify`] | a link, an invoice, a certificate | what is right, what is wrong, what only KSeF knows |
//! | [`audit`] | a certificate, a key, a password | whether they can be relied on |
//! | [`batch`] | files | pictures, documents and a manifest |
//!
//! On top stands the command, `cli`: arguments to settings to a call of this library; words, hints and exit statuses. It is
//! part of the program `ksef-qr`, not of the library.
//!
//! What reads strangers' pictures and PDFs, and validates against schemas, is not in this crate either: `ksef-qr-scan`
//! (`crates/scan`) does it, in a process of its own. Programs in other languages stand on `bindings/core`, which is over this
//! library.
//!
//! | to add | go to |
//! |---|---|
//! | a form of invoice, a rule for one | `invoice/form.rs`, `invoice/rules.rs` |
//! | a picture format | `render/format.rs`, `docs/schema/manifest.json` |
//! | a form of key or certificate file | `credential/format/object.rs` |
//! | a code of an error, a warning, a check | `error/kind.rs`, `error/warning.rs`, `error/verify_code.rs` |
//! | a field of the manifest | `manifest/line.rs`, `manifest/write.rs`, `docs/schema/manifest.json` |
//! | a kind of document | `batch/document/` |
//! | what can happen to an invoice | `book/event.rs`, `book/entry.rs`; a column, a migration in `book/database/schema.rs` |
//! | who signs which invoice, in which context | `sign/context.rs`; of a register, `register/roster.rs` |
//! | what a technical correction may change | `correction/fields.rs`, `correction/spelling.rs` |
//! | a source of KSeF numbers | `upo/`; what lies beside an invoice, `batch/input/beside.rs` |
//! | what a PDF is compared by | `pdf/text/`, `batch/comparison/` |
//! | an archive format | `batch/input/archive/`, `batch/output/archive_writer.rs` |
//! | a way to sign | the trait [`LinkSigner`](sign::LinkSigner) |
//!
//! # Invariants
//!
//! - From `report` to `audit`, `files`, `threads`, `key_files`, `scanner`, `manifest` and `book` aside, no module knows files, clocks or threads. The clock is the
//!   caller's.
//! - The hash covers the exact bytes given. Nothing rewrites an invoice.
//! - One file, `crypto.rs`, knows which library signs, makes keys and gives an EC key its public half. Only `files` and
//!   `batch/output/manifest_writer.rs` write: what a run makes for `batch`, keys, registers and calendars for the command;
//!   and the databases of `book`.
//! - A line is in the manifest before its pictures can be seen, and an invoice in the book before its codes are drawn. A code
//!   that was given out never changes.
//! - A private key is decrypted once a run, wiped when dropped and never printed.
//! - Nothing here decodes a stranger's picture or draws a stranger's PDF: the process that holds keys does not. The one picture that
//!   is read is the logo that the user's own settings name, within bounds.
//! - Nothing touches a network, but for a book in a PostgreSQL server, and only if a URL names one. `pkcs11` alone loads somebody else's library, and only if a URI names one.
//! - An [`Error`] says what was found and what to do, and has a stable code. What options are called, `cli` alone says.
//! - Nothing bad is silently signed, and no input makes this crate panic.

// Nothing that comes from outside may panic; tests may (clippy.toml).
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

/// Compiles the example in the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// Compiles the examples for Rust developers.
#[cfg(doctest)]
#[doc = include_str!("../docs/library.md")]
struct Library;

pub mod advice;
pub mod audit;
pub mod batch;
#[cfg(feature = "book")]
pub mod book;
pub mod check;
pub mod correction;
pub mod credential;
mod crypto;
pub mod deadline;
pub mod enrol;
pub mod error;
#[doc(hidden)]
pub mod files;
mod font;
/// What the fuzz targets see of the inside (`fuzz`).
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing {
    /// Panics if the two readers of XML hear different things in a text.
    pub fn compare_xml_readers(text: &str) {
        use crate::invoice::TextReader;
        crate::xml::agree::<TextReader<'_>>(text, |reader| format!("{:?}", reader.into_texts()));
    }
}
#[cfg(any(feature = "book", feature = "register"))]
mod icalendar;
pub mod invoice;
pub mod key_files;
pub mod link;
pub mod manifest;
#[cfg(feature = "pdf")]
pub mod paper;
#[cfg(feature = "pdf")]
pub mod pdf;
// Pictures are written with a part of it.
#[cfg_attr(not(feature = "pdf"), allow(dead_code, unused_imports))]
mod pdf_objects;
pub mod pkcs11;
pub mod qr;
#[cfg(feature = "register")]
pub mod register;
pub mod render;
pub mod report;
pub mod scanner;
pub mod sign;
#[doc(hidden)]
pub mod threads;
pub mod upo;
pub mod values;
pub mod verify;
mod xml;

pub use credential::{Conditions, Credential};
pub use error::{Error, Result};
pub use invoice::Invoice;
pub use qr::EccLevel;
pub use render::{Code, Label, PictureFormat, Renderer, Style};
pub use sign::{Issuer, SignedLinks};
pub use values::{Environment, KsefNumber};

/// Draws both codes of an invoice that has no KSeF number yet as PNG, with their labels `OFFLINE` and `CERTYFIKAT`, in
/// the usual size: [`Style::default`], error correction M.
///
/// # Errors
/// `link_too_long`, which no link of this crate is.
pub fn codes_png(links: &SignedLinks) -> Result<(Vec<u8>, Vec<u8>)> {
    let mut renderer = Renderer::new(Style::default());
    let mut draw = |link: &str, label| Ok(renderer.png(&Code::new(link, label, EccLevel::default())?));
    Ok((draw(&links.kod1, Label::OFFLINE)?, draw(&links.kod2, Label::CERTYFIKAT)?))
}
