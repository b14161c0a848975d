/// The objects of a PDF, and where they begin.
#[derive(Clone, Default)]
pub(super) struct Objects {
    pub(super) bytes: Vec<u8>,
    /// Where object 1 begins, object 2 and so on.
    starts: Vec<usize>,
}

impl Objects {
    /// PDF 1.7, with the comment that tells programs that the file is not text.
    pub(super) fn new() -> Self {
        Self { bytes: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec(), starts: Vec::new() }
    }

    /// Begins the next object. They are numbered from 1 in the order in which they are written.
    pub(super) fn begin(&mut self) {
        self.starts.push(self.bytes.len());
        push_decimal(&mut self.bytes, self.starts.len());
        self.bytes.extend_from_slice(b" 0 obj\n");
    }

    /// Ends an object.
    pub(super) fn end(&mut self) {
        self.bytes.extend_from_slice(b"\nendobj\n");
    }

    /// A whole object.
    pub(super) fn push(&mut self, object: &str) {
        self.begin();
        self.bytes.extend_from_slice(object.as_bytes());
        self.end();
    }

    /// A whole stream.
    pub(super) fn push_stream(&mut self, stream: &str) {
        self.push(&format!("<</Length {}>>stream\n{stream}\nendstream", stream.len()));
    }

    /// The file, with its table of objects. Object 1 is the catalog.
    pub(super) fn finish(mut self) -> Vec<u8> {
        let (table, count) = (self.bytes.len(), self.starts.len() + 1);
        let bytes = &mut self.bytes;
        bytes.extend_from_slice(b"xref\n0 ");
        push_decimal(bytes, count);
        bytes.extend_from_slice(b"\n0000000000 65535 f \n");
        for start in self.starts {
            let mut entry = *b"0000000000 00000 n \n";
            let mut rest = start;
            for digit in entry.iter_mut().take(10).rev() {
                *digit = b'0' + (rest % 10) as u8;
                rest /= 10;
            }
            bytes.extend_from_slice(&entry);
        }
        bytes.extend_from_slice(b"trailer\n<</Size ");
        push_decimal(bytes, count);
        bytes.extend_from_slice(b"/Root 1 0 R>>\nstartxref\n");
        push_decimal(bytes, table);
        bytes.extend_from_slice(b"\n%%EOF\n");
        self.bytes
    }
}

/// A number without a sign. A tenth of what `write!` takes.
fn push_decimal(bytes: &mut Vec<u8>, number: usize) {
    if number >= 10 {
        push_decimal(bytes, number / 10);
    }
    bytes.push(b'0' + (number % 10) as u8);
}

/// An address as a string (ISO 32000-1, 12.6.4.7: 7-bit ASCII). What is no printable ASCII is escaped as addresses are.
pub(super) fn push_uri(bytes: &mut Vec<u8>, uri: &str) {
    bytes.push(b'(');
    for &byte in uri.as_bytes() {
        match byte {
            b'(' | b')' | b'\\' => bytes.extend_from_slice(&[b'\\', byte]),
            b'!'..=b'~' => bytes.push(byte),
            _ => bytes.extend_from_slice(&[b'%', hex(byte >> 4), hex(byte & 15)]),
        }
    }
    bytes.push(b')');
}

/// A digit below 16.
pub(super) fn hex(digit: u8) -> u8 {
    if digit < 10 { b'0' + digit } else { b'A' + digit - 10 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_escaped() {
        let mut bytes = Vec::new();
        push_uri(&mut bytes, "https://x/(a)\\ ą\n~");
        assert_eq!(bytes, br"(https://x/\(a\)\\%20%C4%85%0A~)");
    }

    #[test]
    fn the_table_says_where_objects_begin() {
        let mut objects = Objects::new();
        for number in 1..=12 {
            objects.push(&format!("({number})"));
        }
        let file = objects.finish();
        let text = String::from_utf8_lossy(&file).replace('\u{fffd}', "?");
        let (_, table) = text.split_once("xref\n0 13\n").unwrap();
        for (number, line) in table.lines().take(13).enumerate().skip(1) {
            let start: usize = line.split(' ').next().unwrap().parse().unwrap();
            assert!(file[start..].starts_with(format!("{number} 0 obj\n({number})\nendobj\n").as_bytes()), "{line}");
        }
        assert!(text.ends_with("%%EOF\n"));
    }
}
