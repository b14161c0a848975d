use memchr::memmem;

use super::new_object::deflated;
use super::write;

/// A PDF whose writer left streams as they are, with those compressed (FlateDecode). Metadata stay plain, so that programs that know no
/// PDF find them (ISO 32000-1, 14.3.2).
///
/// The library that draws invoices compresses at a level at which the modules of two codes take longer than all else on the page.
/// It writes one table of objects, none of which holds a line break within its dictionary; of a file that is not like that there is
/// nothing.
pub(crate) fn with_compressed_streams(file: &[u8]) -> Option<Vec<u8>> {
    let (before, end) = file.split_at_checked(memmem::rfind(file, b"startxref\n")?)?;
    let table_at = number(end.get(10..)?)?;
    let table = before.get(table_at..)?.strip_prefix(b"xref\n0 ")?;
    let count = number(table)?;
    let entries = table.get(memchr::memchr(b'\n', table)? + 1..)?;
    let mut starts = Vec::with_capacity(count);
    for entry in entries.chunks_exact(ENTRY).take(count) {
        starts.push(if entry.get(17) == Some(&b'n') { Some(number(entry)?) } else { None });
    }
    let trailer = entries.get(ENTRY * count..)?;
    if starts.len() != count || !trailer.starts_with(b"trailer\n") {
        return None;
    }

    let mut order: Vec<(usize, usize)> =
        starts.iter().enumerate().filter_map(|(number, start)| Some(((*start)?, number))).collect();
    order.sort_unstable();
    let ends = order.iter().skip(1).map(|(start, _)| *start).chain([table_at]);
    let mut compressed = file.get(..order.first()?.0)?.to_vec();
    let mut moved = vec![None; count];
    for ((start, number), end) in order.iter().zip(ends) {
        *moved.get_mut(*number)? = Some((compressed.len() as u64, 0));
        let object = file.get(*start..end)?;
        match smaller(object) {
            Some(parts) => parts.iter().for_each(|part| compressed.extend_from_slice(part)),
            None => compressed.extend_from_slice(object),
        }
    }
    let table_at = compressed.len();
    compressed.extend_from_slice(b"xref\n");
    write::table(&mut compressed, 0, moved.into_iter());
    compressed.extend_from_slice(trailer);
    compressed.extend_from_slice(b"startxref\n");
    write::decimal(&mut compressed, table_at);
    compressed.extend_from_slice(b"\n%%EOF\n");
    Some(compressed)
}

/// The length of an entry in a table of objects (ISO 32000-1, 7.5.4).
const ENTRY: usize = 20;

/// An object with its stream compressed, if that makes it smaller.
fn smaller(object: &[u8]) -> Option<[Vec<u8>; 3]> {
    let at = memmem::find(object, b"\nstream\n")?;
    let (dict, stream) = object.split_at_checked(at + 8)?;
    if [&b"/Filter"[..], b"/Type/Metadata"].iter().any(|name| memmem::find(dict, name).is_some()) {
        return None;
    }
    let length_at = memmem::find(dict, b"/Length ")? + 8;
    let length = number(dict.get(length_at..)?)?;
    let (data, end) = stream.split_at_checked(length)?;
    if !end.trim_ascii_start().starts_with(b"endstream") {
        return None;
    }
    let data = deflated(data);
    let rest = dict.get(length_at..)?.trim_ascii_start();
    let rest = rest.get(rest.iter().take_while(|byte| byte.is_ascii_digit()).count()..)?;
    let mut head = dict.get(..length_at)?.to_vec();
    write::decimal(&mut head, data.len());
    head.extend_from_slice(b"/Filter/FlateDecode");
    head.extend_from_slice(rest);
    (head.len() + data.len() < dict.len() + length).then(|| [head, data, end.to_vec()])
}

/// The digits that the bytes begin with.
fn number(bytes: &[u8]) -> Option<usize> {
    let digits = bytes.split(|byte| !byte.is_ascii_digit()).next()?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::super::{Dict, Id, NewFile, NewObject, Object};
    use super::*;

    /// A file of a dictionary, a long stream, a short one, metadata, and a stream that is compressed.
    fn plain(text: &[u8]) -> Vec<u8> {
        let mut file = NewFile::new();
        let first = file.reserve(6);
        let objects = |id: Id| {
            [
                NewObject::dict(id.after(1), Dict::default().with("Title", Object::text(b"endobj stream"))),
                NewObject::stream(id.after(2), Dict::default().with("Kind", Object::name("Long")), text.to_vec()),
                NewObject::stream(id.after(3), Dict::default(), b"short".to_vec()),
                NewObject::stream(id.after(4), Dict::default().with("Type", Object::name("Metadata")), text.to_vec()),
                NewObject::deflated(id.after(5), Dict::default(), text),
            ]
        };
        for object in objects(first).iter().rev() {
            file.push(object);
        }
        let mut bytes = file.take();
        bytes.extend(file.finish(&Dict::default().with("Root", first.after(1))));
        bytes
    }

    #[test]
    fn streams_are_compressed_and_everything_else_stays() {
        let text = b"0 0 m 12 0 l endstream endobj 12 3 l\n".repeat(50);
        let bytes = plain(&text);
        let compressed = with_compressed_streams(&bytes).unwrap();
        assert!(compressed.len() + text.len() / 2 < bytes.len());
        let [before, after] = [&bytes, &compressed].map(|file| lopdf::Document::load_mem(file).unwrap());
        let objects = |file: &lopdf::Document| -> Vec<_> {
            let content = |object: &lopdf::Object| match object.as_stream() {
                Ok(stream) => stream.decompressed_content().unwrap_or_else(|_| stream.content.clone()),
                Err(_) => format!("{object:?}").into_bytes(),
            };
            file.objects.iter().map(|(id, object)| (*id, content(object))).collect()
        };
        assert_eq!(objects(&before), objects(&after));
        let is_filtered = |id: u32| {
            let object = after.get_object((id, 0)).unwrap().as_stream().unwrap();
            object.dict.get(b"Filter").is_ok()
        };
        assert_eq!([3, 4, 5, 6].map(is_filtered), [true, false, false, true]);
        // Once more there is nothing to do.
        assert_eq!(with_compressed_streams(&compressed).unwrap(), compressed);
    }

    #[test]
    fn of_another_file_there_is_nothing() {
        let bytes = plain(b"text");
        for cut in 0..bytes.len() {
            let _ = with_compressed_streams(&bytes[..cut]);
        }
        let other = String::from_utf8_lossy(&bytes).replace("xref\n0 7", "xref\n0 99").into_bytes();
        for file in [&b""[..], b"%PDF-1.7\n", b"startxref\n5\n%%EOF", &other] {
            assert_eq!(with_compressed_streams(file), None);
        }
    }
}
