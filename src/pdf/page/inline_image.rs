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
/// search for `EI`. Here they end where the first two would end them, and nowhere else.
///
/// # Errors
/// `pdf_damaged` where readers would go on from different places.
pub(in crate::pdf) fn skip(file: &File, lexer: &mut Lexer<'_>, resources: &Dict) -> Result<Dict> {
    let dict = dictionary(lexer)?;
    // One byte of white space belongs to `ID`.
    let start = lexer.at + 1;
    let data = lexer.data.get(start..).unwrap_or_default();
    let end = length(file, &dict, data, resources)?.and_then(|length| end_behind(data, length));
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
    Ok(match filter {
        None => {
            let is_mask = ["IM", "ImageMask"].iter().any(|key| dict.get(key) == Some(&Object::Bool(true)));
            let has_space = ["CS", "ColorSpace"].iter().any(|key| dict.get(key).is_some());
            let bits = if is_mask { Some(1) } else { number(["BPC", "BitsPerComponent"]) };
            let bits = bits.filter(|bits| [1, 2, 4, 8, 16].contains(bits));
            // Some readers take the colours of a mask that has some.
            let inks = if is_mask && !has_space { Some(1) } else { inks(file, dict, resources)? };
            let inks = inks.filter(|&inks| inks == 1 || !is_mask);
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
        Some(b"ASCIIHexDecode" | b"AHx") => find(file, data, b">")?,
        Some(b"ASCII85Decode" | b"A85") => find(file, data, b"~>")?,
        Some(b"DCTDecode" | b"DCT") => match jpeg_scan(data) {
            // The end marker of JPEG stands nowhere else within its scans.
            Some(scan) => find(file, data.get(scan..).unwrap_or_default(), b"\xff\xd9")?.map(|length| scan + length),
            None => None,
        },
        Some(b"RunLengthDecode" | b"RL") => {
            let length = run_length(data);
            file.spend(length.unwrap_or(data.len()))?;
            length
        }
        // LZW and fax: where they end is known when they are undone, which some readers do, and others do not.
        Some(_) => None,
    })
}

/// Behind the first place where `end` stands. To search is work, too: many pictures may each search all that follows.
fn find(file: &File, data: &[u8], end: &[u8]) -> Result<Option<usize>> {
    let found = memchr::memmem::find(data, end).map(|found| found + end.len());
    file.spend(found.unwrap_or(data.len()))?;
    Ok(found)
}

/// The components of a pixel. Nothing is copied for it: a page may have any number of pictures, and any colour space.
fn inks(file: &File, dict: &Dict, resources: &Dict) -> Result<Option<usize>> {
    let own = dict.get("CS").or_else(|| dict.get("ColorSpace")).unwrap_or(&Object::Null);
    let Some(name) = own.as_name() else { return inks_of(file, own) };
    let spaces = file.value(resources, "ColorSpace")?;
    let spaces = spaces.as_dict().map_or(&[][..], |spaces| &spaces.0);
    // They are searched from their end.
    file.spend(spaces.len())?;
    let Some((_, named)) = spaces.iter().rev().find(|(known, _)| **known == *name) else { return Ok(known(name)) };
    // Some readers look for a name among the page's first, whatever it means elsewhere.
    Ok(inks_of(file, named)?.filter(|count| known(name).is_none_or(|known| known == *count)))
}

/// The components of a colour in a space.
fn inks_of(file: &File, space: &Object) -> Result<Option<usize>> {
    let space = file.resolve(space)?;
    let parts = space.as_array().unwrap_or_default();
    let Some(name) = parts.first().unwrap_or(&space).as_name() else { return Ok(None) };
    Ok(match (name, parts.get(1)) {
        (b"ICCBased", Some(profile)) => {
            let profile = file.resolve(profile)?;
            let Some(profile) = profile.as_dict() else { return Ok(None) };
            file.spend(profile.0.len())?;
            file.value(profile, "N")?.integer().and_then(|count| usize::try_from(count).ok())
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

/// True if a dictionary has this key, by its long name or its short one: of two, each reader takes another.
fn has(dict: &Dict, name: &[u8]) -> bool {
    const NAMES: [[&[u8]; 2]; 7] = [
        [b"BPC", b"BitsPerComponent"],
        [b"CS", b"ColorSpace"],
        [b"DP", b"DecodeParms"],
        [b"F", b"Filter"],
        [b"H", b"Height"],
        [b"IM", b"ImageMask"],
        [b"W", b"Width"],
    ];
    let names = NAMES.iter().find(|names| names.contains(&name));
    dict.0.iter().any(|(known, _)| **known == *name || names.is_some_and(|names| names.contains(&&**known)))
}

fn dictionary(lexer: &mut Lexer<'_>) -> Result<Dict> {
    let mut dict = Dict::default();
    let mut key = None;
    loop {
        match (lexer.next_token()?, key.take()) {
            (Some(Token::Word(b"ID")), None) => return Ok(dict),
            (Some(Token::Value(Object::Name(name))), None) => key = Some(name),
            (Some(Token::Value(value)), Some(name)) if !has(&dict, &name) => dict.0.push((name, value)),
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

/// True if the word ends with this `EI`.
fn is_end(data: &[u8], found: usize) -> bool {
    data.get(found + 2).is_none_or(|&byte| is_space(byte) || matches!(byte, b'/' | b'%' | b'(' | b'<' | b'['))
}

/// Where the first scan of a JPEG begins, behind its tables.
fn jpeg_scan(data: &[u8]) -> Option<usize> {
    const SCAN: u8 = 0xda;
    let mut at = if data.starts_with(b"\xff\xd8") { 2 } else { return None };
    loop {
        let &[0xff, marker, high, low] = data.get(at..)?.first_chunk()? else { return None };
        at += 2 + usize::from(u16::from_be_bytes([high, low]));
        if marker == SCAN {
            return Some(at);
        }
    }
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
