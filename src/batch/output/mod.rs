//! Where results go: files written aside (`destination`), made visible (`publisher`) once the line that names them is in the
//! manifest (`manifest_writer`); where they replace those of an earlier run, all at once at the end (`replacement`).

mod archive_writer;
mod destination;
#[cfg(feature = "pdf")]
mod growing_file;
mod manifest_writer;
mod prepared_file;
mod publisher;
mod replaceable_archive;
mod replacement;
mod settings;

pub use settings::{Existing, Manifest, Output};

pub(crate) use destination::{Destination, ReservedNames};
#[cfg(feature = "pdf")]
pub(crate) use growing_file::GrowingFile;
pub(crate) use manifest_writer::ManifestWriter;
pub(crate) use prepared_file::PreparedFile;
pub(crate) use publisher::Publisher;
