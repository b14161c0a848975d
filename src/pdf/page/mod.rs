//! The pages of a PDF, how they lie before the reader, what they draw, and where.

mod content;
pub(super) mod geometry;
mod graphics;
mod letter_widths;
pub(super) mod occupied;
pub(super) mod pages;
pub(super) mod resources;
mod text;
