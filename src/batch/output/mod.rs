//! Where results go: files written aside (`destination`), made visible (`publisher`) once the line that names them is in the
//! manifest (`manifest_writer`).

mod destination;
#[cfg(feature = "pdf")]
mod growing_file;
mod manifest_writer;
mod own_archive;
mod prepared;
mod publisher;
mod settings;

pub use settings::{Existing, Manifest, Output};

pub(crate) use destination::{Destination, ReservedNames};
#[cfg(feature = "pdf")]
pub(crate) use growing_file::GrowingFile;
pub(crate) use manifest_writer::ManifestWriter;
pub(crate) use prepared::PreparedFile;
pub(crate) use publisher::Publisher;
