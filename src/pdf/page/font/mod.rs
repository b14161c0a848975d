//! What the fonts of a page say of their letters.

mod code_table;
#[expect(clippy::module_inception, reason = "the noun of this folder")]
mod font;
mod letter_widths;
mod to_unicode;

pub(super) use font::Font;
pub(in crate::pdf) use letter_widths::LetterWidths;
pub(in crate::pdf) use to_unicode::{ToUnicode, is_text};
