//! Whether a PDF shows the invoice whose codes it is to get: its text is compared with the invoice's number and the seller's
//! NIP.
//!
//! ```text
//! text ──▶ FoldedText (letters, digits, gaps) ──▶ where the number stands, what stands behind "Faktura nr" ──▶ verdict
//! ```
//!
//! Every invoice shows its number (art. 106e of the VAT act). So a PDF that can be read and does not show it is that of
//! another invoice, whatever else it shows; which invoices the run holds besides need not be known.

mod compare;
mod folded_text;
mod heading;
mod number;

pub use compare::Mismatch;
pub(super) use compare::compare;
