//! The invoice itself on paper: every form as a PDF/A-3 with the XML in it, tagged for readers that do not see it (PDF/UA-1).
//!
//! Everything that stands in the XML stands on the pages. What has a place of its own is drawn there; all else is drawn by what
//! it is, a value, a record or several, under its name.

mod content;
mod fa;
mod labels;
mod look;
mod page;
mod pdf;
mod pef;
mod pef_labels;
mod pef_tree;
#[allow(clippy::module_inception)]
mod printout;
mod table;
mod words;

pub use look::{Colour, Logo, Look};
pub use printout::{PrintedInvoice, Printout};
pub use words::Languages;

#[cfg(test)]
#[path = "schemas/tests.rs"]
mod schema_tests;
#[cfg(test)]
mod tests;
