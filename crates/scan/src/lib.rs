//! Pictures and PDFs to the texts of the QR codes in them, and XML to what its schema has against it.
//!
//! ```
//! # fn main() -> ksef_qr_scan::Result<()> {
//! let picture = include_bytes!("../../../fixtures/verify/qrencode.png");
//! let found = ksef_qr_scan::file(picture)?;
//! assert!(found.texts[0].text.starts_with("https://qr-test.ksef.mf.gov.pl/invoice/5265877635/15-06-2026/"));
//! # Ok(())
//! # }
//! ```
//!
//! Bytes come in, texts go out: nothing here opens a file, and nothing is said of what the texts mean, which
//! `ksef_qr::verify` judges. Sizes and pages are bounded, because the bytes may be anybody's.
//!
//! The executable `ksef-qr-scan` does the same in a process of its own, which knows no key and no password: `ksef-qr verify`
//! and `ksef-qr check --xsd` speak to it as [`protocol`] says. Whoever calls this library on what strangers send should give
//! it such a process too: a document may be made so that drawing it takes for ever, or overflows the stack.
//!
//! | module | turns | into |
//! |---|---|---|
//! | `file`: `picture`, `svg`, `pdf` | bytes | the texts of the codes and links in them |
//! | `grey`, `dark` | a PNG or JPEG | grey levels; which of them are dark against their surroundings |
//! | `ink` | a PDF | where a page of it is dark |
//! | [`schema`] | the files of a folder of schemas, a document | what the schema has against the document |
//! | [`protocol`] | lines of JSON | calls of the above |

// Nothing that comes from outside may panic; tests may (clippy.toml).
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod area;
mod dark;
mod effort;
mod error;
mod file;
mod found;
mod grey;
mod ink;
mod pdf;
mod picture;
pub mod protocol;
pub mod schema;
mod svg;

pub use error::{Error, ErrorKind, Result};
pub use file::file;
pub use found::{Contents, Found, Origin};
pub use ink::ink;
pub use pdf::{is_pdf, pdf};
pub use picture::picture;
