//! The pages of a PDF, how they lie before the reader, what they draw, and where.

mod annotations;
pub(super) mod content;
mod font;
pub(super) mod geometry;
mod graphics;
mod ink;
pub(super) mod ink_map;
pub(super) mod inline_image;
pub(super) mod letter_widths;
pub(super) mod occupied;
pub(super) mod pages;
pub(super) mod resources;
pub(super) mod sign_lines;
mod text;
pub(super) mod to_unicode;
