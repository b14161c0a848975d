//! What the command says to people: how text looks, where it goes, what failed, and what to do about it.

pub mod catalog;
pub mod failure;
pub mod hints;
pub mod language;
#[cfg(test)]
mod library_texts;
pub mod likely_secret;
pub mod say;
pub mod text;
