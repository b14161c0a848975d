//! The client of `ksef-qr-scan`, the program that reads strangers' pictures and PDFs and validates against schemas: in a process
//! of its own, without keys, so that the process that has them does not.
//!
//! | file | holds |
//! |---|---|
//! | `process` | [`Scanner`]: the program is found, started, asked, and started again where a file ended it |
//! | `page_ink` | [`PageInk`]: pages of a PDF are drawn there, to see where they are white |
//! | `schemas` | [`Schemas`]: the Ministry's schemas, in that process |
//!
//! ```no_run
//! use ksef_qr::scanner::{Failure, Scanner};
//!
//! let picture = std::fs::read("photograph.jpg").unwrap_or_default();
//! match Scanner::default().read(&picture) {
//!     Ok(found) => found.texts.iter().for_each(|found| println!("{}", found.text)),
//!     Err(Failure::Missing(error)) => eprintln!("{error}"),
//!     Err(_) => eprintln!("it cannot be read"),
//! }
//! ```

#[cfg(feature = "pdf")]
mod page_ink;
mod process;
mod schemas;

#[cfg(feature = "pdf")]
pub use page_ink::PageInk;
pub use process::{Contents, Failure, Found, Origin, Scanner, SchemaFault};
pub use schemas::Schemas;
