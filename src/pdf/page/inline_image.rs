use crate::error::{Error, Kind, Result};
use crate::pdf::document::file::File;
use crate::pdf::document::filter::extent_of_flate;
use crate::pdf::document::lexer::{Lexer, Token, is_space};
use crate::pdf_objects::{Dict, Object};

/// In bytes unpacked. The standard advises four thousand.
const LARGEST: usize = 16 << 20;

/// What stands behind `Flate` data, in bytes, if the writer did not leave it out.
const CHECK_SUM: usize = 4;

/// Passes over a picture within content (ISO 32000-1, 8.9.7), from behind its `BI` to behind its `EI`, and gives its
/// dictionary.
///
/// Where the bytes end, nobody says: some readers count them by the picture's measures, some undo its filter, some
/// search for `EI`. Here they end where the first two would end them, or where all searches come to the same place.
///
/// # Errors
/// `pdf_damaged` where readers would go on from different places.
pub(in crate::pdf) fn skip(file: &File, lexer: &mut Lexer<'_>, resources: &Dict) -> Result<Dict> {
    let dict = dictionary(lexer)?;
    // One byte of white space belongs to `ID`.
    let start = lexer.at + 1;
    let data = lexer.data.get(start..).unwrap_or_default();
    let end = match length(file, &dict, data, resources)? {
        Some(length) => end_behind(data, length).or_else(|| sought(data).filter(|&end| end >= length + 2)),
        None => sought(data),
    };
    let end = end.ok_or_else(|| lexer.damaged("where a picture within the content ends cannot be told"))?;
    lexer.at = start + end;
    Ok(dict)
}

/// How many bytes the picture has, as its measures or its filter say it; none if they do not.
fn length(file: &File, dict: &Dict, data: &[u8], resources: &Dict) -> Result<Option<usize>> {
    let number = |keys: [&str; 2]| {
        keys.iter().find_map(|key| dict.get(key)).and_then(Object::integer).and_then(|n| usize::try_from(n).ok())
    };
    let filter = match dict.get("F").or_else(|| dict.get("Filter")) {
        Some(Object::Array(filters)) => filters.first().and_then(Object::as_name),
        Some(filter) => filter.as_name(),
        None => None,
    };
    let find = |end: &[u8]| memchr::memmem::find(data, end).map(|found| found + end.len());
    Ok(match filter {
        None => {
            let is_mask = ["IM", "ImageMask"].iter().any(|key| dict.get(key) == Some(&Object::Bool(true)));
            let bits = if is_mask { Some(1) } else { number(["BPC", "BitsPerComponent"]) };
            let inks = if is_mask { Some(1) } else { inks(file, dict, resources)? };
            (|| {
                let row = number(["W", "Width"])?.checked_mul(bits?)?.checked_mul(inks?)?.div_ceil(8);
                row.checked_mul(number(["H", "Height"])?)
            })()
        }
        Some(b"FlateDecode" | b"Fl") => {
            let extent = extent_of_flate(data, LARGEST);
            file.spend(extent.map_or(data.len().min(LARGEST), |(taken, given)| taken.max(given)))?;
            extent.map(|(taken, _)| if end_behind(data, taken).is_some() { taken } else { taken + CHECK_SUM })
        }
        Some(b"ASCIIHexDecode" | b"AHx") => find(b">"),
        Some(b"ASCII85Decode" | b"A85") => find(b"~>"),
        // The end marker of JPEG stands nowhere else within its data.
        Some(b"DCTDecode" | b"DCT") => find(b"\xff\xd9"),
        Some(b"RunLengthDecode" | b"RL") => run_length(data),
        // LZW and fax: where they end is known when they are undone.
        Some(_) => None,
    })
}

/// The components of a pixel.
fn inks(file: &File, dict: &Dict, resources: &Dict) -> Result<Option<usize>> {
    let space = dict.get("CS").or_else(|| dict.get("ColorSpace")).cloned().unwrap_or(Object::Null);
    let space = match space.as_name() {
        Some(name) if known(name).is_none() => {
            let spaces = file.dict_in(resources, "ColorSpace")?.unwrap_or_default();
            file.value(&spaces, &String::from_utf8_lossy(name))?.into_owned()
        }
        _ => space,
    };
    let parts = space.as_array().unwrap_or_default();
    let Some(name) = parts.first().unwrap_or(&space).as_name() else { return Ok(None) };
    Ok(match (name, parts.get(1)) {
        (b"ICCBased", Some(profile)) => {
            let profile = file.dict(profile)?.unwrap_or_default();
            file.value(&profile, "N")?.integer().and_then(|count| usize::try_from(count).ok())
        }
        (b"DeviceN", Some(names)) => file.resolve(names)?.as_array().map(<[Object]>::len),
        _ => known(name),
    })
}

fn known(space: &[u8]) -> Option<usize> {
    match space {
        b"G" | b"DeviceGray" | b"CalGray" | b"I" | b"Indexed" | b"Separation" => Some(1),
        b"RGB" | b"DeviceRGB" | b"CalRGB" | b"Lab" => Some(3),
        b"CMYK" | b"DeviceCMYK" => Some(4),
        _ => None,
    }
}

fn dictionary(lexer: &mut Lexer<'_>) -> Result<Dict> {
    let mut dict = Dict::default();
    let mut key = None;
    loop {
        match (lexer.next_token()?, key.take()) {
            (Some(Token::Word(b"ID")), None) => return Ok(dict),
            (Some(Token::Value(Object::Name(name))), None) => key = Some(name),
            (Some(Token::Value(value)), Some(name)) => dict.0.push((name, value)),
            _ => return Err(lexer.damaged("the dictionary of a picture within the content is malformed")),
        }
        if dict.0.len() > 100 {
            return Err(Error::new(Kind::PdfLimits, "a picture within the content has more than a hundred keys"));
        }
    }
}

/// Where the `EI` ends that stands behind this many bytes and white space.
fn end_behind(data: &[u8], length: usize) -> Option<usize> {
    /// Bytes of white space.
    const MOST: usize = 16;
    let rest = data.get(length..)?;
    let spaces = rest.iter().take(MOST).take_while(|&&byte| is_space(byte)).count();
    let is_there = rest.get(spaces..).is_some_and(|rest| rest.starts_with(b"EI"));
    (is_there && is_end(rest, spaces)).then_some(length + spaces + 2)
}

/// Where the first `EI` ends, if it is one for everybody who searches for it.
fn sought(data: &[u8]) -> Option<usize> {
    let found = memchr::memmem::find(data, b"EI")?;
    let before = found.checked_sub(1).and_then(|place| data.get(place)).is_none_or(|&byte| is_space(byte));
    // The reader of Firefox takes it only where text follows.
    let behind = data.get(found + 2..).unwrap_or_default().iter().take(15);
    let text = behind.into_iter().all(|&byte| byte == b'\n' || byte == b'\r' || matches!(byte, b' '..=b'~'));
    (before && text && is_end(data, found)).then_some(found + 2)
}

/// True if the word ends with this `EI`.
fn is_end(data: &[u8], found: usize) -> bool {
    data.get(found + 2).is_none_or(|&byte| is_space(byte) || matches!(byte, b'/' | b'%' | b'(' | b'<' | b'['))
}

/// How many bytes a run-length encoding takes, up to its end marker.
fn run_length(data: &[u8]) -> Option<usize> {
    let mut at = 0_usize;
    loop {
        let length = usize::from(*data.get(at)?);
        at += match length {
            128 => return Some(at + 1),
            0..128 => length + 2,
            _ => 2,
        };
    }
}
