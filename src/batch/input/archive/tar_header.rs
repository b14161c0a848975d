//! The block in front of each entry of a tar: POSIX.1-2017, pax, "ustar Interchange Format"; what GNU tar does besides.

/// Everything in a tar fills whole blocks of so many bytes.
pub(crate) const BLOCK: usize = 512;

pub(super) type Block = [u8; BLOCK];

/// The longest name that the block itself has room for.
const NAME: usize = 100;

/// What a header says of the entry behind it.
#[derive(Debug)]
pub(super) struct TarHeader {
    pub(super) name: Vec<u8>,
    /// Of the data, in bytes.
    pub(super) size: u64,
    pub(super) kind: EntryKind,
    /// True if a block about the holes of a file follows.
    pub(super) is_extended: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EntryKind {
    File,
    Folder,
    /// A link, a device, a pipe: there is no data, whatever the size says.
    Special,
    /// A file with holes, as GNU tar packs it.
    Sparse,
    /// The name of the next entry, because it is too long for a header (GNU).
    LongName,
    /// Where the next entry, a link, leads to (GNU).
    LongLink,
    /// Records about the next entry (pax).
    Extended,
    /// Records about all entries to come (pax).
    Global,
    /// The label of a volume (GNU).
    Label,
    /// What is not known, and has data.
    Other,
}

impl TarHeader {
    /// What the block says; none if its check sum is wrong, or its size is no number.
    pub(super) fn read(block: &Block) -> Option<Self> {
        let sum = number(field(block, 148, 8))?;
        let bytes = |(at, &byte): (usize, &u8)| if (148..156).contains(&at) { b' ' } else { byte };
        let summed: u64 = block.iter().enumerate().map(bytes).map(u64::from).sum();
        if sum != summed {
            return None;
        }
        let mut name = text(field(block, 0, NAME)).to_vec();
        let prefix = text(field(block, 345, 155));
        // GNU tar has "ustar  " here, and other things in the place of the prefix.
        if field(block, 257, 6) == b"ustar\0" && !prefix.is_empty() {
            name = [prefix, b"/", &name].concat();
        }
        let kind = match block.get(156).copied().unwrap_or_default() {
            b'0' | b'\0' | b'7' if name.ends_with(b"/") => EntryKind::Folder,
            b'0' | b'\0' | b'7' => EntryKind::File,
            b'1'..=b'4' | b'6' => EntryKind::Special,
            b'5' | b'D' => EntryKind::Folder,
            b'S' => EntryKind::Sparse,
            b'L' => EntryKind::LongName,
            b'K' => EntryKind::LongLink,
            b'x' => EntryKind::Extended,
            b'g' => EntryKind::Global,
            b'V' => EntryKind::Label,
            _ => EntryKind::Other,
        };
        let size = number(field(block, 124, 12))?;
        let is_extended = kind == EntryKind::Sparse && block.get(482) != Some(&0);
        Some(Self { name, size, kind, is_extended })
    }
}

fn field(block: &Block, start: usize, length: usize) -> &[u8] {
    block.get(start..start + length).unwrap_or_default()
}

/// Up to the first NUL.
pub(super) fn text(field: &[u8]) -> &[u8] {
    field.split(|&byte| byte == 0).next().unwrap_or_default()
}

/// In octal digits, or in base 256 where those would not do.
fn number(field: &[u8]) -> Option<u64> {
    if let Some((0x80, rest)) = field.split_first() {
        return rest.iter().try_fold(0_u64, |sum, &byte| sum.checked_mul(256)?.checked_add(u64::from(byte)));
    }
    let digits = text(field).trim_ascii();
    digits.iter().try_fold(0_u64, |sum, &byte| match byte {
        b'0'..=b'7' => sum.checked_mul(8)?.checked_add(u64::from(byte - b'0')),
        _ => None,
    })
}

/// The headers of a file: nobody's, of no day, so that the same files make the same archive. A name that is too long for the
/// block, or is not ASCII, stands in a record of its own in front of it, as pax has it.
pub(crate) fn headers(name: &str, size: u64) -> Vec<u8> {
    let mut headers = Vec::with_capacity(BLOCK);
    if name.len() > NAME || !name.is_ascii() {
        let record = record("path", name);
        headers.extend(block("pax-header", record.len() as u64, b'x'));
        headers.extend_from_slice(record.as_bytes());
        headers.resize(headers.len().next_multiple_of(BLOCK), 0);
    }
    headers.extend(block(name, size, b'0'));
    headers
}

/// `LENGTH KEY=VALUE`, whose length counts its own digits.
fn record(key: &str, value: &str) -> String {
    let rest = format!(" {key}={value}\n");
    let mut length = rest.len();
    while length != rest.len() + length.to_string().len() {
        length = rest.len() + length.to_string().len();
    }
    format!("{length}{rest}")
}

fn block(name: &str, size: u64, kind: u8) -> Block {
    let mut block = [0; BLOCK];
    let mut put = |start: usize, bytes: &[u8]| {
        block.iter_mut().skip(start).zip(bytes).for_each(|(place, byte)| *place = *byte);
    };
    let shown: String = name.chars().map(|c| if c.is_ascii() { c } else { '_' }).take(NAME).collect();
    put(0, shown.as_bytes());
    put(100, b"0000644\0");
    put(108, b"0000000\0");
    put(116, b"0000000\0");
    put(124, format!("{size:011o}\0").as_bytes());
    put(136, b"00000000000\0");
    put(148, b"        ");
    put(156, &[kind]);
    put(257, b"ustar\x0000");
    let sum: u32 = block.iter().map(|&byte| u32::from(byte)).sum();
    let mut put = |start: usize, bytes: &[u8]| {
        block.iter_mut().skip(start).zip(bytes).for_each(|(place, byte)| *place = *byte);
    };
    put(148, format!("{sum:06o}\0 ").as_bytes());
    block
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_read_as_it_was_written() {
        let headers = headers("f1.kod1.png", 1234);
        let block = headers.as_slice().try_into().unwrap();
        let TarHeader { name, size, kind, .. } = TarHeader::read(block).unwrap();
        assert_eq!((name.as_slice(), size, kind), (&b"f1.kod1.png"[..], 1234, EntryKind::File));
        for place in [0, 124, 156, 257, 511] {
            let mut other = *block;
            other[place] ^= 1;
            assert!(TarHeader::read(&other).is_none(), "{place}");
        }
    }

    #[test]
    fn a_record_counts_its_own_length() {
        assert_eq!(record("path", "a"), "9 path=a\n");
        for length in 1..1000 {
            let record = record("path", &"x".repeat(length));
            assert!(record.starts_with(&format!("{} ", record.len())), "{record}");
        }
    }

    #[test]
    fn numbers_are_octal_or_large() {
        assert_eq!(number(b"00000001750\0"), Some(1000));
        assert_eq!(number(b"   17 \0"), Some(15));
        assert_eq!(number(b"\x80\0\0\0\0\0\0\x02\0\0\0\0"), Some(8 << 30));
        for no_number in [&b"0000009\0"[..], b"-1\0", b"\xff\xff\xff\xff", b"\x80\xff\xff\xff\xff\xff\xff\xff\xff\xff"]
        {
            assert_eq!(number(no_number), None, "{no_number:?}");
        }
    }
}
