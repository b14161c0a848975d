//! Well-formed XML 1.0 with namespaces, and nothing less: text to events.
//!
//! Knows no invoice: whoever reads a document is a [`Visitor`], which is given its elements and texts. Two readers give it
//! the same. [`fast`] ([`read_plain`]) takes plain documents, which is what invoicing systems write, and gives up at the first oddity;
//! [`slow`] takes everything, finds every fault, and is the twin that the fast one is tested against.

mod characters;
mod declaration;
mod elements;
mod fast;
mod namespaces;
mod passage;
mod plain_name;
mod references;
mod slow;
mod tag;
mod tag_starts;
#[cfg(feature = "pdf")]
mod tree;
#[cfg(any(test, fuzzing))]
mod twins;
mod visitor;

pub(crate) use characters::{collapse, scan};
pub(crate) use fast::read as read_plain;
pub(crate) use references::referenced;
#[cfg(feature = "pdf")]
pub(crate) use slow::root_of;
pub(crate) use slow::{read_slowly, walk};
#[cfg(feature = "pdf")]
pub(crate) use tree::Element;
#[cfg(fuzzing)]
pub(crate) use twins::agree;
pub(crate) use visitor::{Flaw, Oddities, Step, Visitor};
