//! What is put on a PDF, where, and how the update that puts it there is written.

mod block;
mod signatures;
mod stamping;
mod update;

pub use stamping::Stamped;
pub(super) use stamping::put;
