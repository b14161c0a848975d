//! A tar says what it holds entry by entry, and nowhere as a whole: it is read once from its beginning to its end before the
//! first invoice is signed. What is damaged, cut short or endless is refused by then. (The `tar` crate reads names of any
//! length into memory, and takes a tar that stops in the middle for a whole one.)

use std::fs::{File, Metadata};
use std::io::{self, BufReader, Read, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use flate2::bufread::MultiGzDecoder;
use tempfile::SpooledTempFile;

use super::refusal::{Refusal, TakeEntry, damaged, is_harmless, not_read};
use super::tar_header::{BLOCK, Block, EntryKind, TarHeader, text};
use crate::batch::input::bytes::{LARGEST_ALLOWED, changed, too_large};
use crate::error::{Error, Kind, Result};
use crate::files::{open_regular, temporary_without_name, unreadable};

/// How far a tar is read.
#[derive(Clone, Copy)]
struct Limits {
    /// Bytes of a compressed one, unpacked. What KSeF takes at once has 5 GB; a megabyte can hold a gigabyte of nothing.
    unpacked: u64,
    /// Bytes of the wanted entries of a compressed one, which are kept in a temporary file.
    kept: u64,
    /// Bytes of a name, or of records about an entry.
    about: u64,
}

const LIMITS: Limits = Limits { unpacked: 6_000_000_000, kept: 2_000_000_000, about: 65_536 };

/// A tar, compressed or not.
pub(super) enum Tar {
    /// Its own file.
    Plain { file: Mutex<File>, found: Metadata },
    /// The wanted entries of a compressed one: in memory if they are small, else in a file without a name.
    Unpacked(Mutex<SpooledTempFile>),
}

/// Where the bytes of an entry are.
#[derive(Clone, Copy, Debug)]
pub(super) struct TarPlace {
    start: u64,
    size: u64,
}

/// Whom the entries are given to.
type Take<'t> = TakeEntry<'t, TarPlace>;

impl Tar {
    /// Reads it to its end, and gives its wanted entries to `take`. Whether it is compressed its first bytes say: some
    /// programs that load files unpack them on the way, and leave the name.
    ///
    /// # Errors
    /// `input_archive_unreadable`, `input_unreadable`, `input_not_regular`.
    pub(super) fn open(path: &Path, is_wanted: &dyn Fn(&[u8]) -> bool, take: &mut Take<'_>) -> Result<Self> {
        Self::open_within(LIMITS, path, is_wanted, take)
    }

    fn open_within(
        limits: Limits,
        path: &Path,
        is_wanted: &dyn Fn(&[u8]) -> bool,
        take: &mut Take<'_>,
    ) -> Result<Self> {
        let mut file = open_regular(path)?;
        let found = file.metadata().map_err(|error| unreadable(&error))?;
        let mut start = Vec::new();
        let begun = (&mut file).take(2).read_to_end(&mut start).and_then(|_| file.rewind());
        begun.map_err(|error| unreadable(&error))?;
        if start == b"\x1F\x8B" {
            let mut kept = temporary_without_name();
            let packed = MultiGzDecoder::new(BufReader::with_capacity(1 << 16, file));
            let from = Unpacking { from: BufReader::with_capacity(1 << 16, packed), left: limits.unpacked };
            let mut size = 0;
            let mut keep = |data: &mut dyn Read, length: u64| {
                // It will not be read: then the reader says that it is too large.
                if length > LARGEST_ALLOWED {
                    io::copy(data, &mut io::sink())?;
                    return Ok(TarPlace { start: 0, size: length });
                }
                if size + length > limits.kept {
                    return Err(io::Error::other("its files are too large together: unpack it, and give the folder"));
                }
                let place = TarPlace { start: size, size: length };
                size += io::copy(data, &mut kept)?;
                Ok(place)
            };
            Walk { from, limits }.read_all(is_wanted, &mut keep, take)?;
            kept.flush().map_err(|error| unreadable(&error))?;
            return Ok(Self::Unpacked(Mutex::new(kept)));
        }
        let from = InFile { from: BufReader::with_capacity(1 << 16, &file), at: 0, size: found.len() };
        Walk { from, limits }.read_all(
            is_wanted,
            &mut |_, _| Err(io::Error::other("a place in a file is known without reading")),
            take,
        )?;
        Ok(Self::Plain { file: Mutex::new(file), found })
    }

    /// Appends the exact bytes of an entry.
    pub(super) fn read(&self, place: TarPlace, buffer: &mut Vec<u8>, largest: u64) -> Result<()> {
        let TarPlace { start, size } = place;
        if size > largest {
            return Err(too_large(size, largest));
        }
        let length = match self {
            Self::Unpacked(kept) => {
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                kept.seek(SeekFrom::Start(start)).and_then(|_| (&mut *kept).take(size).read_to_end(buffer))
            }
            Self::Plain { file, found } => {
                let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
                let length =
                    file.seek(SeekFrom::Start(start)).and_then(|_| (&mut *file).take(size).read_to_end(buffer));
                let now = file.metadata().map_err(|error| unreadable(&error))?;
                if now.len() != found.len() || now.modified().ok() != found.modified().ok() {
                    return Err(changed());
                }
                length
            }
        };
        match length {
            Ok(length) if length as u64 == size => Ok(()),
            Ok(_) => Err(Error::new(Kind::InputEntryDamaged, "its size is not what the archive says")),
            Err(error) => Err(unreadable(&error)),
        }
    }
}

/// The bytes of a tar, from the first to the last.
trait Bytes: Read {
    /// Passes over so many bytes.
    fn skip(&mut self, length: u64) -> io::Result<()>;

    /// Where the next byte is, if entries can be read from there later.
    fn place(&self) -> Option<u64>;
}

struct InFile<'f> {
    from: BufReader<&'f File>,
    at: u64,
    size: u64,
}

impl Read for InFile<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.from.read(buffer)?;
        self.at += length as u64;
        Ok(length)
    }
}

impl Bytes for InFile<'_> {
    fn skip(&mut self, length: u64) -> io::Result<()> {
        // A file can be left behind its end without an error.
        if length > self.size.saturating_sub(self.at) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.at += length;
        self.from.seek_relative(length as i64)
    }

    fn place(&self) -> Option<u64> {
        Some(self.at)
    }
}

struct Unpacking<R> {
    from: R,
    left: u64,
}

impl<R: Read> Read for Unpacking<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.from.read(buffer)?;
        self.left = self.left.checked_sub(length as u64).ok_or_else(|| {
            io::Error::other("it holds more than 6 GB unpacked, more than KSeF takes at once: unpack it in parts")
        })?;
        Ok(length)
    }
}

impl<R: Read> Bytes for Unpacking<R> {
    fn skip(&mut self, length: u64) -> io::Result<()> {
        match io::copy(&mut self.take(length), &mut io::sink())? == length {
            true => Ok(()),
            false => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }

    fn place(&self) -> Option<u64> {
        None
    }
}

/// What the records in front of an entry say of it.
#[derive(Default)]
struct About {
    name: Option<Vec<u8>>,
    size: Option<u64>,
    is_sparse: bool,
}

struct Walk<B> {
    from: B,
    limits: Limits,
}

impl<B: Bytes> Walk<B> {
    fn read_all(
        mut self,
        is_wanted: &dyn Fn(&[u8]) -> bool,
        keep: &mut dyn FnMut(&mut dyn Read, u64) -> io::Result<TarPlace>,
        take: &mut Take<'_>,
    ) -> Result<()> {
        let mut about = About::default();
        let mut is_first = true;
        loop {
            let block = self.block()?;
            if block == [0; BLOCK] {
                return self.nothing_more();
            }
            let header = TarHeader::read(&block).ok_or_else(|| {
                refuse(if is_first { "it does not begin as one" } else { "a header in it has a wrong check sum" })
            })?;
            is_first = false;
            match header.kind {
                EntryKind::LongName => about.name = Some(text(&self.about(header.size)?).to_vec()),
                EntryKind::Extended => records(&self.about(header.size)?, &mut about)?,
                EntryKind::Global => {
                    let mut global = About::default();
                    records(&self.about(header.size)?, &mut global)?;
                    if global.name.is_some() || global.size.is_some() || global.is_sparse {
                        return Err(refuse("one record gives all its files a name or a size"));
                    }
                }
                EntryKind::LongLink => _ = self.about(header.size)?,
                EntryKind::Label => self.skip(header.size)?,
                _ => self.entry(header, std::mem::take(&mut about), is_wanted, keep, take)?,
            }
        }
    }

    fn entry(
        &mut self,
        header: TarHeader,
        about: About,
        is_wanted: &dyn Fn(&[u8]) -> bool,
        keep: &mut dyn FnMut(&mut dyn Read, u64) -> io::Result<TarPlace>,
        take: &mut Take<'_>,
    ) -> Result<()> {
        let mut is_extended = header.is_extended;
        while is_extended {
            is_extended = self.block()?.get(504) != Some(&0);
        }
        let name = about.name.unwrap_or(header.name);
        let name = plain(&name);
        let size = match header.kind {
            EntryKind::Special => 0,
            _ => about.size.unwrap_or(header.size),
        };
        if header.kind == EntryKind::Folder || !is_wanted(name) {
            return self.skip(size);
        }
        if !is_harmless(name) {
            take(name, Err(Refusal::Name))?;
            return self.skip(size);
        }
        if header.kind != EntryKind::File || about.is_sparse {
            take(name, Err(Refusal::NotRegular))?;
            return self.skip(size);
        }
        let place = match self.from.place() {
            Some(start) => {
                self.skip(size)?;
                TarPlace { start, size }
            }
            None => {
                let mut data = (&mut self.from).take(size);
                let place = keep(&mut data, size).map_err(|error| not_read("tar", &error))?;
                if data.limit() > 0 {
                    return Err(refuse("it ends too early"));
                }
                self.pass(padding(size))?;
                place
            }
        };
        take(name, Ok(place))
    }

    fn block(&mut self) -> Result<Block> {
        let mut block = [0; BLOCK];
        self.from.read_exact(&mut block).map_err(|error| not_read("tar", &error))?;
        Ok(block)
    }

    /// The data of an entry that is about another.
    fn about(&mut self, size: u64) -> Result<Vec<u8>> {
        if size > self.limits.about {
            return Err(refuse("a name in it, or the description of a file, is too long"));
        }
        let mut data = Vec::new();
        (&mut self.from).take(size).read_to_end(&mut data).map_err(|error| not_read("tar", &error))?;
        match data.len() as u64 == size {
            true => self.pass(padding(size)).map(|()| data),
            false => Err(refuse("it ends too early")),
        }
    }

    /// Passes over the data of an entry.
    fn skip(&mut self, size: u64) -> Result<()> {
        let whole = size.checked_add(padding(size)).ok_or_else(|| refuse("a file in it is larger than any"))?;
        self.pass(whole)
    }

    fn pass(&mut self, length: u64) -> Result<()> {
        self.from.skip(length).map_err(|error| not_read("tar", &error))
    }

    /// Behind the end there are zeros to the end of the file. To get there also compares the check sum of what is compressed.
    fn nothing_more(&mut self) -> Result<()> {
        let mut rest = [0; 1 << 13];
        loop {
            match self.from.read(&mut rest) {
                Ok(0) => return Ok(()),
                Ok(length) if rest.iter().take(length).all(|&byte| byte == 0) => {}
                Ok(_) => return Err(refuse("there is something after its end")),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(not_read("tar", &error)),
            }
        }
    }
}

fn padding(size: u64) -> u64 {
    (BLOCK as u64 - size % BLOCK as u64) % BLOCK as u64
}

/// `f.xml` for `./f.xml`, as `tar -c .` names it.
fn plain(mut name: &[u8]) -> &[u8] {
    while let Some(rest) = name.strip_prefix(b"./") {
        name = rest;
    }
    name
}

/// Records of pax: `LENGTH KEY=VALUE` and a newline each.
fn records(mut bytes: &[u8], about: &mut About) -> Result<()> {
    let malformed = || refuse("a record about a file in it is malformed");
    while !bytes.is_empty() {
        let space = bytes.iter().take(8).position(|&byte| byte == b' ').ok_or_else(malformed)?;
        let digits = bytes.get(..space).and_then(|digits| str::from_utf8(digits).ok());
        let length: usize = digits.and_then(|digits| digits.parse().ok()).ok_or_else(malformed)?;
        let record = bytes.get(space + 1..length).ok_or_else(malformed)?;
        let record = record.strip_suffix(b"\n").ok_or_else(malformed)?;
        let equals = record.iter().position(|&byte| byte == b'=').ok_or_else(malformed)?;
        let (key, value) = record.split_at(equals);
        let value = value.get(1..).unwrap_or_default();
        match key {
            // An empty value takes back what was said before.
            b"path" if value.is_empty() => about.name = None,
            b"path" if !about.is_sparse => about.name = Some(value.to_vec()),
            b"GNU.sparse.name" => (about.name, about.is_sparse) = (Some(value.to_vec()), true),
            b"size" => {
                let size = str::from_utf8(value).ok().and_then(|value| value.parse().ok());
                about.size = Some(size.ok_or_else(malformed)?);
            }
            key if key.starts_with(b"GNU.sparse.") => about.is_sparse = true,
            _ => {}
        }
        bytes = bytes.get(length..).unwrap_or_default();
    }
    Ok(())
}

fn refuse(why: &str) -> Error {
    damaged("tar", why)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::super::tar_header::headers;
    use super::*;

    fn file(name: &str, data: &[u8]) -> Vec<u8> {
        let mut bytes = headers(name, data.len() as u64);
        bytes.extend_from_slice(data);
        bytes.resize(bytes.len().next_multiple_of(BLOCK), 0);
        bytes
    }

    fn ended(mut tar: Vec<u8>) -> Vec<u8> {
        tar.resize(tar.len() + 2 * BLOCK, 0);
        tar
    }

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    const SMALL: Limits = Limits { unpacked: 100_000, kept: 10_000, about: 4000 };

    /// The names and contents, or why it is refused.
    fn read(bytes: &[u8]) -> std::result::Result<Vec<(String, String)>, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.tar");
        std::fs::write(&path, bytes).unwrap();
        let mut found = Vec::new();
        let tar = Tar::open_within(SMALL, &path, &|name| !name.ends_with(b".bin"), &mut |name, place| {
            found.push((String::from_utf8_lossy(name).into_owned(), place));
            Ok(())
        })
        .map_err(|error| error.message().rsplit(": ").next().unwrap().to_owned())?;
        let content = |place| {
            let mut bytes = Vec::new();
            tar.read(place, &mut bytes, 1000).map_err(|error| error.code().to_owned())?;
            Ok(String::from_utf8(bytes).unwrap())
        };
        let text = |place: std::result::Result<TarPlace, Refusal>| match place {
            Ok(place) => content(place).unwrap_or_else(|code: String| code),
            Err(refusal) => format!("{refusal:?}"),
        };
        Ok(found.into_iter().map(|(name, place)| (name, text(place))).collect())
    }

    fn both(tar: &[u8]) -> std::result::Result<Vec<(String, String)>, String> {
        let plain = read(tar);
        assert_eq!(read(&packed(tar)), plain, "compressed or not");
        plain
    }

    #[test]
    fn what_was_written_is_read() {
        let long = "ż".repeat(120);
        let tar = ended([file("a.xml", b"A"), file("./b.xml", b""), file(&long, &[b'x'; 513])].concat());
        let expected = [("a.xml", "A".to_owned()), ("b.xml", String::new()), (&long, "x".repeat(513))];
        let expected: Vec<_> = expected.into_iter().map(|(name, text)| (name.to_owned(), text)).collect();
        assert_eq!(both(&tar).unwrap(), expected);
        // Several members of gzip are one file.
        let (one, other) = tar.split_at(700);
        assert_eq!(read(&[packed(one), packed(other)].concat()).unwrap(), expected);
    }

    #[test]
    fn what_is_cut_short_or_goes_on_is_refused() {
        let whole = [file("a.xml", b"A"), file("b.xml", b"B")].concat();
        for length in [1, 511, 513, 1024, 1500, 2048] {
            assert_eq!(both(&whole[..length]).unwrap_err(), "it ends too early", "{length}");
        }
        assert_eq!(
            both(&[ended(whole.clone()), file("c.xml", b"C")].concat()).unwrap_err(),
            "there is something after its end"
        );
        let gz = packed(&ended(whole.clone()));
        for length in 3..gz.len() {
            read(&gz[..length]).unwrap_err();
        }
        // The check sum of gzip, and its length; garbage behind it.
        for place in [gz.len() - 1, gz.len() - 8] {
            let mut other = gz.clone();
            other[place] ^= 1;
            read(&other).unwrap_err();
        }
        read(&[gz, b"garbage".to_vec()].concat()).unwrap_err();
        let mut other = ended(whole);
        other[1024] = b'x';
        assert_eq!(both(&other).unwrap_err(), "a header in it has a wrong check sum");
        assert_eq!(both(b"<Faktura/>").unwrap_err(), "it ends too early");
        assert_eq!(both(&[b'<'; 600]).unwrap_err(), "it does not begin as one");
    }

    #[test]
    fn what_is_no_plain_file_is_named() {
        let with = |change: &dyn Fn(&mut Vec<u8>)| {
            let mut bytes = file("a.xml", b"A");
            change(&mut bytes);
            let sum: u32 = (0..512).map(|at| if (148..156).contains(&at) { 32 } else { u32::from(bytes[at]) }).sum();
            bytes[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
            bytes
        };
        for kind in [b'1', b'2', b'3', b'4', b'6'] {
            // Links and devices have no data: the header of the next one follows at once.
            let special = with(&|bytes| {
                bytes[156] = kind;
                bytes.truncate(BLOCK);
            });
            let tar = ended([special, file("b.xml", b"B")].concat());
            let expected = [("a.xml", "NotRegular"), ("b.xml", "B")].map(|(a, b)| (a.to_owned(), b.to_owned()));
            assert_eq!(both(&tar).unwrap(), expected);
        }
        let sparse = with(&|bytes| bytes[156] = b'S');
        assert_eq!(both(&ended(sparse)).unwrap()[0].1, "NotRegular");
        for name in ["../a.xml", "/a.xml", "C:\\a.xml", "a/../b.xml", "a//b.xml", "a\nb.xml"] {
            assert_eq!(both(&ended(file(name, b"A"))).unwrap(), [(name.to_owned(), "Name".to_owned())]);
        }
        assert_eq!(both(&ended(file("folder/", b""))).unwrap(), []);
    }

    #[test]
    fn records_are_bounded_and_believed_only_of_one_file() {
        let record = |kind: u8, text: &[u8]| {
            let mut bytes = file("x", text);
            bytes[156] = kind;
            let sum: u32 = (0..512).map(|at| if (148..156).contains(&at) { 32 } else { u32::from(bytes[at]) }).sum();
            bytes[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
            bytes
        };
        let named = |front: Vec<u8>| both(&ended([front, file("a.xml", b"A")].concat()));
        assert_eq!(named(record(b'L', b"long.xml\0")).unwrap()[0].0, "long.xml");
        assert_eq!(named(record(b'x', b"16 path=pax.xml\n")).unwrap()[0].0, "pax.xml");
        assert_eq!(named(record(b'x', b"22 GNU.sparse.major=1\n")).unwrap()[0].1, "NotRegular");
        assert_eq!(named(record(b'g', b"13 comment=x\n")).unwrap()[0].0, "a.xml");
        assert!(named(record(b'g', b"16 path=pax.xml\n")).unwrap_err().contains("all its files"));
        for malformed in [&b"99 path=a\n"[..], b"path=a\n", b"10 path=abc", b"9 path:a\n", b"11 size=-1\n", b"0 \n"] {
            assert!(named(record(b'x', malformed)).unwrap_err().contains("malformed"), "{malformed:?}");
        }
        assert!(named(record(b'L', &[b'x'; 4001])).unwrap_err().contains("is too long"));
    }

    #[test]
    fn a_bomb_is_not_unpacked() {
        let large = ended(file("a.bin", &vec![0; 200_000]));
        assert!(read(&packed(&large)).unwrap_err().contains("unpack it in parts"));
        let files: Vec<u8> = (0..20).flat_map(|number| file(&format!("{number}.xml"), &[b'x'; 1000])).collect();
        assert!(read(&packed(&ended(files))).unwrap_err().contains("give the folder"));
        // A size that leads behind the end, or around it.
        for size in [u64::MAX, u64::MAX - 600, 1 << 40] {
            let mut bytes = headers("a.xml", 0);
            bytes[124] = 0x80;
            bytes[125..136].copy_from_slice(&[&[0; 3], &size.to_be_bytes()[..]].concat());
            let sum: u32 = (0..512).map(|at| if (148..156).contains(&at) { 32 } else { u32::from(bytes[at]) }).sum();
            bytes[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
            read(&ended(bytes.clone())).unwrap_err();
            read(&packed(&ended(bytes))).unwrap_err();
        }
    }
}
