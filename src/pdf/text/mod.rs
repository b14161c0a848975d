//! What the pages of a PDF say: the letters that their fonts name, in the order in which they are drawn, and in the order in
//! which they lie on the page.
//!
//! No font program is opened but for the clear text at its beginning. What a font does not tell is counted as unreadable.

mod encoding;
mod font;
mod glyph_names;
mod page_text;
mod reader;
mod resources;

pub use page_text::PageText;
pub(super) use reader::read;
