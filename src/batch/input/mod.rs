//! What a run reads, in order: from what the user named to the exact bytes of one invoice after the other.
//!
//! A new kind of archive goes beside `archive`, another way of naming invoices to `source`.

mod archive;
mod beside;
mod bytes;
#[expect(clippy::module_inception, reason = "the noun of this folder, and the module that joins the others")]
mod input;
mod pair_table;
mod pairs;
mod source;
mod walk;

pub use archive::{ArchiveEntry, entries, entries_of_kinds};
pub use input::{Input, InvoiceFile};
pub use pairs::Pdfs;
pub use source::Source;

pub(crate) use archive::{ArchiveFormat, BLOCK, every_name, headers};
pub(crate) use beside::{Beside, number_in_name};
#[cfg(feature = "pdf")]
pub(crate) use bytes::read_file;
pub(crate) use bytes::{LARGEST_ACCEPTED, LARGEST_ALLOWED, too_large};
