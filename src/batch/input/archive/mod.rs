//! Archives of invoices, read where they lie: no name in an archive leads anywhere, because nothing is unpacked under one.
//!
//! | file | what for |
//! |---|---|
//! | `format` | which archives there are, by their names |
//! | `archive` | the entries of an archive, whatever its format |
//! | `zip` | ZIP, whose directory says where each entry is |
//! | `tar` | tar, compressed by gzip or not, which is read once from its beginning to its end |
//! | `tar_header` | the block in front of each entry of a tar, read and written |
//! | `refusal` | why an entry, or the whole archive, is not read |

#[expect(clippy::module_inception, reason = "the noun of this folder, and the module that joins the others")]
mod archive;
mod format;
mod refusal;
mod tar;
mod tar_header;
mod zip;

pub use archive::{ArchiveEntry, entries, entries_of_kinds};

pub(crate) use archive::every_name;
pub(crate) use format::ArchiveFormat;
pub(crate) use tar_header::{BLOCK, headers};
