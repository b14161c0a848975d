//! Where the objects of a PDF lie, and how they are read, unpacked and followed.

pub(super) mod budget;
pub(super) mod file;
pub(super) mod filter;
pub(super) mod lexer;
mod lzw;
mod object_stream;
pub(super) mod xref;
