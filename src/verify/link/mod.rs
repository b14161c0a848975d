//! A link as a text: how it is spelled, what it says, and what was meant where it is misspelt.

pub(super) mod address;
mod encoded;
pub(super) mod examined;
pub(super) mod facts;
mod fields;
mod part_order;
mod path;
