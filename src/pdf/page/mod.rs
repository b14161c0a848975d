//! The pages of a PDF, how they lie before the reader, what they draw, and where.

mod aside;
pub(super) mod balance;
pub(super) mod content;
pub(super) mod font;
pub(super) mod geometry;
mod graphics;
pub(super) mod ink;
pub(super) mod inline_image;
pub(super) mod pages;
pub(super) mod resources;
mod text;
mod tint;
