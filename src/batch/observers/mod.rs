//! Who watches a run: each sees every record once it is written, in order, and says at the end what somebody should look at.

mod document_advice;
mod doubled_numbers;
#[cfg(feature = "pdf")]
mod label_sheets;
mod observer;
mod signing_advice;
mod upo_pairing;

pub use observer::{Observer, Unchanged};

pub(crate) use document_advice::DocumentAdvice;
pub(crate) use doubled_numbers::DoubledNumbers;
#[cfg(feature = "pdf")]
pub(crate) use label_sheets::LabelSheets;
pub(crate) use signing_advice::SigningAdvice;
pub(crate) use upo_pairing::UpoPairing;
