//! What a buyer gets in place of an offline invoice: its content, and the paper it is written on.

mod code_page;
#[allow(clippy::module_inception)]
mod confirmation;
mod content;
mod cp852;
mod dots;
mod escpos;
mod facts;
mod paper_format;
mod pdf;
mod words;
mod zpl;

pub use code_page::CodePage;
pub use confirmation::Confirmation;
pub use facts::ConfirmationFacts;
pub use paper_format::{Format, QrBy, Roll};
