//! What KSeF said of invoices that were sent: from its UPO (urzędowe poświadczenie odbioru), or its answers in JSON, to the
//! number of each, by the digest of its file.
//!
//! ```
//! use ksef_qr::Invoice;
//! use ksef_qr::upo::Upo;
//!
//! # fn main() -> ksef_qr::Result<()> {
//! let upo = Upo::parse(include_bytes!("../../fixtures/upo/good/session.xml"))?;
//! let invoice = Invoice::read(include_bytes!("../../fixtures/invoices/good/fa3-basic.xml"))?;
//! assert_eq!(upo.number_of(&invoice)?.as_str(), "5265877635-20260616-0100001AF629-15");
//! # Ok(())
//! # }
//! ```
//!
//! Version 4-3 (`upo-v4-3.xsd`) is read, of a session or of one invoice. The Ministry's signature on it is not verified. In
//! JSON the answer about a session's invoices is read, and the `_metadata.json` of an export package.

mod answer;
mod json;
mod numbers;
mod pages;
mod xml;

pub use answer::Receipt;
pub use json::InvoiceStatus;
pub use numbers::Upo;
