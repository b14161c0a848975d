//! What PDFs are made of (ISO 32000-1, 7.3 to 7.5): values, how they are written, and files that are written from their start.
//!
//! Pictures, documents and stamped PDFs are written with it, and the reader of PDFs reads into its values. It knows no
//! page, no font and no code.

#[cfg(feature = "pdf")]
mod compressed_file;
mod link_annotation;
mod new_file;
mod new_object;
mod object;
pub(crate) mod write;

#[cfg(feature = "pdf")]
pub(crate) use compressed_file::with_compressed_streams;
pub(crate) use link_annotation::{address, link};
pub(crate) use new_file::NewFile;
pub(crate) use new_object::{NewObject, deflated};
pub(crate) use object::{Dict, Id, Indirect, Object, Stream};
