//! What the references of XML 1.0 stand for.

use std::borrow::Cow;

use super::characters::Character;

/// Resolves the references of an attribute's value.
pub(super) fn resolve(value: &str) -> Result<Cow<'_, str>, String> {
    if !value.contains('&') {
        return Ok(Cow::Borrowed(value));
    }
    let mut pieces = value.split('&');
    let mut resolved = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (name, after) = piece.split_once(';').ok_or("an & starts no reference")?;
        resolved.push(referenced(name)?);
        resolved.push_str(after);
    }
    Ok(Cow::Owned(resolved))
}

/// The character that a reference stands for: one of the five of XML 1.0, section 4.6, or a number. Without a
/// DOCTYPE there are no others.
pub(crate) fn referenced(name: &str) -> Result<char, String> {
    let code = match name {
        "amp" => return Ok('&'),
        "lt" => return Ok('<'),
        "gt" => return Ok('>'),
        "apos" => return Ok('\''),
        "quot" => return Ok('"'),
        _ => match name.strip_prefix('#') {
            Some(number) => match number.strip_prefix('x') {
                Some(hex) if hex.bytes().all(|b| b.is_ascii_hexdigit()) => u32::from_str_radix(hex, 16).ok(),
                None if number.bytes().all(|b| b.is_ascii_digit()) => number.parse().ok(),
                _ => None,
            },
            None => return Err(format!("the entity &{name}; is not declared")),
        },
    };
    code.and_then(char::from_u32)
        .filter(|&c| Character::of(c) != Character::Forbidden)
        .ok_or_else(|| format!("the reference &{name}; stands for no character"))
}
