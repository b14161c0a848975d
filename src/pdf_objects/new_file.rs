use super::new_object::NewObject;
use super::object::{Dict, Id, Object};
use super::write;

/// A PDF 1.7 that is written from its start, object by object. What was written may be handed out on the way: only where it
/// stands is remembered.
#[derive(Clone, Debug)]
pub(crate) struct NewFile {
    /// What is not handed out yet.
    pub(crate) bytes: Vec<u8>,
    handed_out: u64,
    /// Where object 1 begins, object 2 and so on; nothing for one that is not there yet.
    starts: Vec<Option<u64>>,
}

impl NewFile {
    /// Begins with the comment that tells programs that the file is not text.
    pub(crate) fn new() -> Self {
        Self { bytes: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec(), handed_out: 0, starts: Vec::new() }
    }

    /// The first of `count` numbers that follow each other. Numbers are given out from 1 on.
    pub(crate) fn reserve(&mut self, count: u32) -> Id {
        let first = self.starts.len() as u32 + 1;
        self.starts.resize(self.starts.len() + count as usize, None);
        Id::new(first)
    }

    /// Begins an object whose number was reserved.
    pub(crate) fn begin(&mut self, id: Id) {
        let start = self.handed_out + self.bytes.len() as u64;
        if let Some(place) = self.starts.get_mut((id.number as usize).wrapping_sub(1)) {
            *place = Some(start);
        }
        write::decimal(&mut self.bytes, id.number as usize);
        self.bytes.extend_from_slice(b" 0 obj\n");
    }

    /// Ends an object.
    pub(crate) fn end(&mut self) {
        self.bytes.extend_from_slice(b"\nendobj\n");
    }

    /// Writes a whole object whose number was reserved.
    pub(crate) fn push(&mut self, object: &NewObject) {
        self.begin(object.id);
        match &object.data {
            None => write::dict(&mut self.bytes, &object.dict),
            Some(data) => {
                write::dict(&mut self.bytes, &object.dict.clone().with("Length", data.len() as i64));
                write::stream(&mut self.bytes, data);
            }
        }
        self.end();
    }

    /// Writes a value as an object whose number was reserved.
    pub(crate) fn value(&mut self, id: Id, value: &Object) {
        self.begin(id);
        write::object(&mut self.bytes, value);
        self.end();
    }

    /// Hands out what was written since the last time.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        self.handed_out += self.bytes.len() as u64;
        std::mem::take(&mut self.bytes)
    }

    /// The last bytes: the table of objects, and the trailer with the number of objects in it.
    pub(crate) fn finish(mut self, trailer: &Dict) -> Vec<u8> {
        let table = self.handed_out + self.bytes.len() as u64;
        let size = self.starts.len() + 1;
        self.bytes.extend_from_slice(b"xref\n");
        let entries = (0..size).map(|number| Some((self.starts.get(number.checked_sub(1)?).copied().flatten()?, 0)));
        write::table(&mut self.bytes, 0, entries);
        self.bytes.extend_from_slice(b"trailer\n");
        write::dict(&mut self.bytes, &trailer.clone().with("Size", size as i64));
        self.bytes.extend_from_slice(b"\nstartxref\n");
        write::decimal(&mut self.bytes, table as usize);
        self.bytes.extend_from_slice(b"\n%%EOF\n");
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_says_where_objects_begin_whatever_was_handed_out() {
        let mut file = NewFile::new();
        let first = file.reserve(13);
        let mut bytes = Vec::new();
        for number in (1..=12).rev() {
            file.push(&NewObject::dict(first.after(number), Dict::default().with("N", Object::Integer(number.into()))));
            if number % 3 == 0 {
                bytes.extend(file.take());
            }
        }
        bytes.extend(file.finish(&Dict::default().with("Root", first)));
        let text = String::from_utf8_lossy(&bytes).replace('\u{fffd}', "?");
        let (_, table) = text.split_once("xref\n0 14\n").unwrap();
        assert!(table.starts_with("0000000000 65535 f \n0000000000 65535 f \n"), "{table}");
        for (number, line) in table.lines().take(14).enumerate().skip(2) {
            let start: usize = line.split(' ').next().unwrap().parse().unwrap();
            let object = format!("{number} 0 obj\n<</N {}>>\nendobj\n", number - 1);
            assert!(bytes[start..].starts_with(object.as_bytes()), "{line}");
        }
        assert!(text.contains("trailer\n<</Root 1 0 R/Size 14>>\n") && text.ends_with("%%EOF\n"));
        let start: usize = text.lines().rev().nth(1).unwrap().parse().unwrap();
        assert!(bytes[start..].starts_with(b"xref\n"));
    }
}
