//! What is put on a PDF, where, and how the update that puts it there is written.

mod block;
mod free_place;
mod new_page;
mod signatures;
mod spot;
mod stamping;
mod update;

pub use new_page::NewPage;
pub(super) use stamping::put;
pub use stamping::{Stamped, StampedPlace};
