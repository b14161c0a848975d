use super::budget::Budget;
use super::lexer::{hex, is_space};
use super::lzw;
use crate::error::{Error, Kind, Result};
use crate::pdf_objects::{Dict, Object};

/// The filters of a stream, each with its parameters, which stand as the filters do: one beside one, or a list beside a list.
///
/// # Errors
/// `pdf_damaged` where readers do not agree upon it: parameters that stand otherwise, and keys that are those of data in another
/// file, or are short names as only pictures within content have them.
pub(in crate::pdf) fn of(dict: &Dict, names: &Object, parameters: &Object) -> Result<Vec<(Vec<u8>, Dict)>> {
    let says = |parameters: &Object| parameters.as_dict().is_some_and(|parameters| !parameters.0.is_empty());
    let lists = (names.as_array(), parameters.as_array());
    let is_odd = match lists {
        (Some(_), None) => says(parameters),
        (None, Some(parameters)) => parameters.iter().any(says),
        _ => false,
    };
    if is_odd
        || ["F", "FFilter", "FDecodeParms", "DP"].iter().any(|key| dict.get(key).is_some_and(|v| *v != Object::Null))
    {
        return Err(Error::new(Kind::PdfDamaged, "how the data of a stream are packed is not said as it should be"));
    }
    let names = match names {
        Object::Null => &[],
        names => lists.0.unwrap_or(std::slice::from_ref(names)),
    };
    let parameters = lists.1.unwrap_or(std::slice::from_ref(parameters));
    let filter = |(index, name): (usize, &Object)| {
        let parameters = parameters.get(index).and_then(Object::as_dict).cloned();
        (name.as_name().unwrap_or_default().to_vec(), parameters.unwrap_or_default())
    };
    Ok(names.iter().enumerate().map(filter).collect())
}

/// Undoes the filters of a stream, `Flate` and the plain ones; `limit` bounds what any of them may give, in bytes. What each
/// of them takes and gives is counted.
///
/// Data that break off give what came before, as readers do it.
///
/// # Errors
/// `pdf_limits` for a stream that is larger unpacked; `pdf_damaged` for filters that only pictures have.
pub(in crate::pdf) fn decode(
    data: &[u8],
    filters: &[(Vec<u8>, Dict)],
    limit: usize,
    budget: &Budget,
) -> Result<Vec<u8>> {
    unpack(data, filters, limit, budget).map(|unpacked| unpacked.bytes)
}

/// The same for what is drawn: where data break off, each reader goes on with other bytes.
///
/// # Errors
/// Those of [`decode`]; `pdf_damaged` for data that are wrong, or end before their end marker.
pub(in crate::pdf) fn decode_whole(
    data: &[u8],
    filters: &[(Vec<u8>, Dict)],
    limit: usize,
    budget: &Budget,
) -> Result<Vec<u8>> {
    let Unpacked { bytes, whole } = unpack(data, filters, limit, budget)?;
    if whole { Ok(bytes) } else { Err(Error::new(Kind::PdfDamaged, "compressed content breaks off, or is damaged")) }
}

/// The same for fonts and pictures, as far as they are packed with these filters: what only pictures have is left as it is.
///
/// # Errors
/// Those of [`decode_whole`].
pub(in crate::pdf) fn unpack_whole(
    data: &[u8],
    filters: &[(Vec<u8>, Dict)],
    limit: usize,
    budget: &Budget,
) -> Result<Vec<u8>> {
    const OF_PICTURES: [&[u8]; 6] = [b"DCTDecode", b"DCT", b"JPXDecode", b"CCITTFaxDecode", b"CCF", b"JBIG2Decode"];
    let end = filters.iter().position(|(name, _)| OF_PICTURES.contains(&name.as_slice())).unwrap_or(filters.len());
    decode_whole(data, filters.get(..end).unwrap_or_default(), limit, budget)
}

/// How many bytes a `Flate` stream takes, and how many it gives; none if it does not come to its end, or gives more than
/// `limit`.
pub(in crate::pdf) fn extent_of_flate(data: &[u8], limit: usize) -> Option<(usize, usize)> {
    let (unpacked, taken) = inflate(data, limit).ok()?;
    unpacked.whole.then_some((taken, unpacked.bytes.len()))
}

/// What filters gave, and whether the data were right up to their end.
struct Unpacked {
    bytes: Vec<u8>,
    whole: bool,
}

fn unpack(data: &[u8], filters: &[(Vec<u8>, Dict)], limit: usize, budget: &Budget) -> Result<Unpacked> {
    /// Real streams have one or two.
    const MOST_FILTERS: usize = 6;
    if filters.len() > MOST_FILTERS {
        return Err(Error::new(Kind::PdfLimits, format!("a stream has {} filters", filters.len())));
    }
    let limit = limit.min(budget.left());
    if filters.is_empty() {
        if data.len() > limit {
            return Err(too_large(limit));
        }
        budget.spend(data.len())?;
    }
    let (mut decoded, mut whole) = (None::<Vec<u8>>, true);
    for (name, parameters) in filters {
        let input = decoded.as_deref().unwrap_or(data);
        let limit = limit.min(budget.left());
        let output = undo(name, parameters, input, limit);
        // What was given up was work, too.
        let given = match &output {
            Ok(output) => output.bytes.len(),
            Err(error) if error.kind() == Kind::PdfLimits => limit,
            Err(_) => 0,
        };
        budget.spend(given.max(input.len()))?;
        let output = output?;
        whole &= output.whole;
        decoded = Some(output.bytes);
    }
    Ok(Unpacked { bytes: decoded.unwrap_or_else(|| data.to_vec()), whole })
}

/// Undoes one filter.
fn undo(name: &[u8], parameters: &Dict, input: &[u8], limit: usize) -> Result<Unpacked> {
    Ok(match name {
        b"FlateDecode" | b"Fl" => {
            let (unpacked, _) = inflate(input, limit)?;
            Unpacked { bytes: predict(unpacked.bytes, parameters)?, ..unpacked }
        }
        b"LZWDecode" | b"LZW" => {
            let early = parameters.get("EarlyChange").and_then(Object::integer) != Some(0);
            let (bytes, whole) = lzw::decode(input, early, limit).ok_or_else(|| too_large(limit))?;
            Unpacked { bytes: predict(bytes, parameters)?, whole }
        }
        b"ASCIIHexDecode" | b"AHx" => ascii_hex(input),
        b"ASCII85Decode" | b"A85" => ascii_85(input, limit).ok_or_else(|| too_large(limit))?,
        b"RunLengthDecode" | b"RL" => run_length(input, limit).ok_or_else(|| too_large(limit))?,
        b"Crypt" => Unpacked { bytes: input.to_vec(), whole: true },
        other => {
            let message = format!("a stream has the filter {:?}", String::from_utf8_lossy(other));
            return Err(Error::new(Kind::PdfDamaged, message));
        }
    })
}

fn too_large(limit: usize) -> Error {
    Error::new(Kind::PdfLimits, format!("a stream holds more than {limit} bytes unpacked"))
}

/// Undoes `Flate` (RFC 1950), and says how many bytes it took. The check sum at the end is not looked at, as by readers:
/// some writers leave it out.
fn inflate(input: &[u8], limit: usize) -> Result<(Unpacked, usize)> {
    const STEP: usize = 32 << 10;
    const HEADER: usize = 2;
    /// A dictionary that is known beforehand: PDF has none.
    const DICTIONARY: u8 = 0x20;
    let whole = |bytes, whole| Unpacked { bytes, whole };
    let packed = match *input {
        [method, flags, ref packed @ ..]
            if method & 15 == 8
                && flags & DICTIONARY == 0
                && u16::from_be_bytes([method, flags]).is_multiple_of(31) =>
        {
            packed
        }
        // Nothing at all is what some writers make of nothing.
        _ => return Ok((whole(Vec::new(), input.iter().all(|&byte| is_space(byte))), input.len())),
    };
    let mut inflater = flate2::Decompress::new(false);
    let mut output = Vec::with_capacity(limit.min(4 * input.len()).min(1 << 20));
    loop {
        if output.len() == output.capacity() {
            output.reserve((output.len() / 2).max(STEP));
        }
        let (read, made) = (inflater.total_in() as usize, output.len());
        let rest = packed.get(read..).unwrap_or_default();
        let status = inflater.decompress_vec(rest, &mut output, flate2::FlushDecompress::None);
        if output.len() > limit {
            return Err(too_large(limit));
        }
        let stuck = inflater.total_in() as usize == read && output.len() == made && output.capacity() > made;
        if stuck || !matches!(status, Ok(flate2::Status::Ok | flate2::Status::BufError)) {
            let ended = matches!(status, Ok(flate2::Status::StreamEnd));
            return Ok((whole(output, ended), HEADER + inflater.total_in() as usize));
        }
    }
}

/// Undoes the predictor of `Flate` and `LZW` (ISO 32000-1, 7.4.4.4), as cross-reference streams use it.
fn predict(mut data: Vec<u8>, parameters: &Dict) -> Result<Vec<u8>> {
    let parameter = |key, default| parameters.get(key).and_then(Object::integer).unwrap_or(default);
    let malformed = || Error::new(Kind::PdfDamaged, "a stream's predictor is malformed");
    let predictor = parameter("Predictor", 1);
    match predictor {
        1 => return Ok(data),
        2 | 10..=15 => {}
        _ => return Err(malformed()),
    }
    let (colors, bits, columns) = (parameter("Colors", 1), parameter("BitsPerComponent", 8), parameter("Columns", 1));
    if !(1..=64).contains(&colors) || ![1, 2, 4, 8, 16].contains(&bits) || !(1..=1 << 24).contains(&columns) {
        return Err(malformed());
    }
    let pixel = ((colors * bits) as usize).div_ceil(8);
    let width = ((colors * bits * columns) as usize).div_ceil(8);
    if predictor == 2 {
        if bits != 8 {
            return Err(malformed());
        }
        for row in data.chunks_mut(width) {
            for place in pixel..row.len() {
                let left = row.get(place - pixel).copied().unwrap_or_default();
                if let Some(byte) = row.get_mut(place) {
                    *byte = byte.wrapping_add(left);
                }
            }
        }
        return Ok(data);
    }
    let mut output = Vec::with_capacity(data.len());
    // A row may be announced that is longer than all the data.
    let mut above = vec![0; width.min(data.len())];
    for row in data.chunks(width + 1) {
        let Some((kind, row)) = row.split_first() else { break };
        let start = output.len();
        for (place, &byte) in row.iter().enumerate() {
            let left = if place < pixel { 0 } else { output.get(start + place - pixel).copied().unwrap_or_default() };
            let up = above.get(place).copied().unwrap_or_default();
            let corner = if place < pixel { 0 } else { above.get(place - pixel).copied().unwrap_or_default() };
            output.push(byte.wrapping_add(match kind {
                1 => left,
                2 => up,
                3 => u16::midpoint(left.into(), up.into()) as u8,
                4 => paeth(left, up, corner),
                _ => 0,
            }));
        }
        if let (Some(above), Some(row)) = (above.get_mut(..output.len() - start), output.get(start..)) {
            above.copy_from_slice(row);
        }
    }
    Ok(output)
}

fn paeth(left: u8, up: u8, corner: u8) -> u8 {
    let estimate = i16::from(left) + i16::from(up) - i16::from(corner);
    let distance = |byte: u8| (estimate - i16::from(byte)).abs();
    if distance(left) <= distance(up) && distance(left) <= distance(corner) {
        left
    } else if distance(up) <= distance(corner) {
        up
    } else {
        corner
    }
}

fn ascii_hex(input: &[u8]) -> Unpacked {
    let (mut bytes, mut high, mut whole) = (Vec::new(), None, true);
    for &byte in input.iter().take_while(|&&byte| byte != b'>') {
        match (hex(byte), high) {
            (Some(digit), None) => high = Some(digit << 4),
            (Some(digit), Some(first)) => {
                bytes.push(first | digit);
                high = None;
            }
            (None, _) => whole &= is_space(byte),
        }
    }
    bytes.extend(high);
    Unpacked { bytes, whole }
}

fn ascii_85(input: &[u8], limit: usize) -> Option<Unpacked> {
    let (mut output, mut value, mut count) = (Vec::new(), 0_u32, 0);
    let mut whole = true;
    for &byte in input {
        match byte {
            b'~' => break,
            b'z' if count == 0 => output.extend([0; 4]),
            b'!'..=b'u' => {
                value = value.wrapping_mul(85).wrapping_add(u32::from(byte - b'!'));
                count += 1;
                if count == 5 {
                    output.extend(value.to_be_bytes());
                    (value, count) = (0, 0);
                }
            }
            _ if is_space(byte) => {}
            _ => {
                whole = false;
                break;
            }
        }
        if output.len() > limit {
            return None;
        }
    }
    if count > 1 {
        for _ in count..5 {
            value = value.wrapping_mul(85).wrapping_add(84);
        }
        output.extend(value.to_be_bytes().iter().take(count - 1));
    }
    Some(Unpacked { bytes: output, whole })
}

fn run_length(mut input: &[u8], limit: usize) -> Option<Unpacked> {
    let (mut output, mut whole) = (Vec::new(), true);
    while let Some((&length, rest)) = input.split_first() {
        let length = usize::from(length);
        match length {
            128 => break,
            0..128 => {
                whole = rest.len() > length;
                let taken = rest.len().min(length + 1);
                let (run, rest) = rest.split_at(taken);
                output.extend_from_slice(run);
                input = rest;
            }
            _ => {
                let Some((&byte, rest)) = rest.split_first() else {
                    whole = false;
                    break;
                };
                output.extend(std::iter::repeat_n(byte, 257 - length));
                input = rest;
            }
        }
        if output.len() > limit {
            return None;
        }
    }
    Some(Unpacked { bytes: output, whole })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    /// The work is what each filter gives, whatever the last one makes of it.
    #[test]
    fn every_filter_is_counted() {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(&vec![b'>'; 1 << 20]).unwrap();
        let packed = encoder.finish().unwrap();
        let filters = ["FlateDecode", "ASCIIHexDecode", "ASCIIHexDecode"];
        let filters = filters.map(|name| (name.as_bytes().to_vec(), Dict::default()));
        let budget = Budget::of(0);
        let before = budget.left();
        assert_eq!(decode(&packed, &filters, 2 << 20, &budget).unwrap(), b"");
        assert!(before - budget.left() >= 2 << 20);
        assert_eq!(decode(&packed, &filters, 1 << 10, &budget).unwrap_err().kind(), Kind::PdfLimits);
        for _ in 0..200 {
            assert_eq!(decode(&packed, &filters, 1 << 19, &budget).unwrap_err().kind(), Kind::PdfLimits);
        }
        assert!(budget.left() < packed.len(), "what was given up is counted");
    }

    /// Readers take parameters that do not stand as the filters do, or leave them, and take short names, or do not.
    #[test]
    fn filters_and_parameters_belong_together() {
        let parameters = || Object::Dict(Dict::default().with("Predictor", 12));
        let (name, none) = (|| Object::name("FlateDecode"), Dict::default());
        let list = |object| Object::Array(vec![object]);
        let is_fine = |dict: &Dict, names, parameters| of(dict, &names, &parameters).is_ok();
        assert!(is_fine(&none, name(), parameters()) && is_fine(&none, list(name()), list(parameters())));
        assert!(is_fine(&none, list(name()), Object::Null) && is_fine(&none, name(), list(Object::Null)));
        assert!(!is_fine(&none, list(name()), parameters()) && !is_fine(&none, name(), list(parameters())));
        for key in ["F", "FFilter", "DP"] {
            assert!(!is_fine(&Dict::default().with(key, name()), name(), Object::Null), "{key}");
        }
        for (predictor, is_known) in [(0, false), (1, true), (2, true), (3, false), (9, false), (15, true), (16, false)]
        {
            let parameters = Dict::default().with("Predictor", predictor);
            assert_eq!(predict(vec![0; 4], &parameters).is_ok(), is_known, "{predictor}");
        }
    }

    fn whole(filter: &str, data: &[u8]) -> Option<Vec<u8>> {
        decode_whole(data, &[(filter.as_bytes().to_vec(), Dict::default())], 1 << 20, &Budget::of(0)).ok()
    }

    /// What breaks off is read by each reader in its own way; a missing check sum is what all of them overlook.
    #[test]
    fn data_that_break_off_are_not_whole() {
        let text = b"q 1 0 0 1 72 720 cm BT (Faktura) Tj ET Q ".repeat(20);
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(&text).unwrap();
        let packed = encoder.finish().unwrap();
        assert_eq!(whole("FlateDecode", &packed).as_deref(), Some(&text[..]));
        assert_eq!(whole("FlateDecode", &packed[..packed.len() - 4]).as_deref(), Some(&text[..]), "no check sum");
        assert_eq!(extent_of_flate(&packed, 1 << 20), Some((packed.len() - 4, text.len())));
        for end in 1..packed.len() - 4 {
            assert_eq!(whole("FlateDecode", &packed[..end]), None, "{end}");
        }
        assert_eq!(whole("FlateDecode", b""), Some(Vec::new()));
        assert_eq!(whole("FlateDecode", b"not packed"), None);

        assert_eq!(whole("LZWDecode", &[0x80, 0x0b, 0x60, 0x50, 0x22, 0x0c, 0x0c, 0x85, 0x01]).unwrap().len(), 10);
        assert_eq!(whole("LZWDecode", &[0x80, 0x0b, 0x60, 0x50, 0x22, 0x0c]), None);
        assert_eq!(whole("ASCIIHexDecode", b"48 49>").unwrap(), b"HI");
        assert_eq!(whole("ASCIIHexDecode", b"48 4x>"), None);
        assert_eq!(whole("ASCII85Decode", b"87cUR~>").unwrap(), b"Hell");
        assert_eq!(whole("ASCII85Decode", b"87c\xffUR~>"), None);
        assert_eq!(whole("RunLengthDecode", &[1, b'H', b'I', 128]).unwrap(), b"HI");
        assert_eq!(whole("RunLengthDecode", &[5, b'H', b'I']), None);
    }
}
