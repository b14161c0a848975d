use super::lexer::{Lexer, Token, is_space};
use crate::error::Result;

/// Passes over a picture within content (ISO 32000-1, 8.9.7), from behind its `BI` to behind its `EI`. False if the
/// content ends before.
///
/// Where compressed bytes end is not said anywhere: the first `EI` between white space behind which text follows.
pub(super) fn skip(lexer: &mut Lexer<'_>) -> Result<bool> {
    loop {
        match lexer.next_token()? {
            Some(Token::Word(b"ID")) => break,
            Some(_) => {}
            None => return Ok(false),
        }
    }
    let data = lexer.data;
    let mut at = lexer.at + 1;
    while let Some(found) = data.get(at..).and_then(|rest| memchr::memmem::find(rest, b"EI")) {
        let start = at + found;
        let before = start.checked_sub(1).and_then(|place| data.get(place)).is_none_or(|&byte| is_space(byte));
        let behind = data.get(start + 2..).unwrap_or_default();
        let ends = behind.first().is_none_or(|&byte| is_space(byte));
        if before && ends && behind.iter().take(16).all(|&byte| is_space(byte) && byte != 0 || byte.is_ascii_graphic())
        {
            lexer.at = start + 2;
            return Ok(true);
        }
        at = start + 2;
    }
    lexer.at = data.len();
    Ok(true)
}
