//! What a run makes around the codes of each invoice: a stamped PDF, a confirmation.
//!
//! A new kind of document implements [`Document`] in a file of its own, and has its ending in `manifest/file_names.rs`.

#[cfg(feature = "pdf")]
mod confirming;
mod draft;
#[cfg(feature = "pdf")]
mod printing;
#[cfg(feature = "pdf")]
mod stamping;

#[cfg(feature = "pdf")]
pub use confirming::{Confirming, Printer};
pub use draft::{Content, Document, Draft, Made, PdfSource};
#[cfg(feature = "pdf")]
pub use printing::Printing;
#[cfg(feature = "pdf")]
pub use stamping::Stamping;

pub(crate) use draft::is_own;
#[cfg(feature = "pdf")]
pub(crate) use draft::names_us;
