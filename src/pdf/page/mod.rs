//! The pages of a PDF, how they lie before the reader, what they draw, and where.

pub(super) mod content;
pub(super) mod geometry;
mod graphics;
pub(super) mod letter_widths;
pub(super) mod occupied;
pub(super) mod pages;
mod text;
