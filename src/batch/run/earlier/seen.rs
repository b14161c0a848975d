//! What the runs before saw of each invoice and its pictures, so that the next one need not read all of them again. It lies
//! beside the manifest, and is a cache: without it, or where it is damaged, of another version, of other settings or of
//! another manifest, every file is read.
//!
//! It belongs to the first bytes of a manifest, by their digest. Their lines were read and found good by the run that left
//! it, and are not read again; what follows them is. Of a line it says no more than that this file is the one, and these are
//! the pictures, that some run read for it.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher, Hash as _, Hasher as _};
use std::io::{self, Read};

use sha2::{Digest as _, Sha256};

use super::stamp::Stamp;
use crate::check::Duplicates;
use crate::manifest::{EarlierRecord, Extent};
use crate::values::{CertificateSerial, InvoiceHash};

/// With the version of this program, whose hashes may differ from another's.
const START: &str = concat!("ksef-qr seen ", env!("CARGO_PKG_VERSION"), "\n");

/// A line of the manifest that has codes.
#[derive(Clone, Debug)]
pub(in crate::batch) struct SeenLine {
    pub(in crate::batch) extent: Extent,
    /// Hashes, as [`of_name`] and [`of_content`] make them.
    pub(in crate::batch) input: u64,
    pub(in crate::batch) content: u64,
    pub(in crate::batch) replaces: Option<u64>,
    /// What the invoice is to KSeF, as [`Duplicates::identity`] makes it.
    pub(in crate::batch) identity: u64,
    /// The certificate of its KOD II, if it has one.
    pub(in crate::batch) certificate: Option<CertificateSerial>,
    /// What its files are named after; empty if it has none.
    pub(in crate::batch) stem: Box<str>,
    pub(in crate::batch) invoice: Stamp,
    pub(in crate::batch) pictures: Stamp,
}

impl SeenLine {
    /// The line that says this. Where it lies is known once it is written.
    pub(in crate::batch) fn of(record: &EarlierRecord, invoice: Stamp, pictures: Stamp) -> Self {
        Self {
            extent: Extent { start: 0, length: 0 },
            input: of_name(&record.input),
            content: of_content(&record.hash),
            replaces: record.replaces.as_ref().map(of_content),
            identity: Duplicates::identity(record.seller, record.kind.as_deref(), &record.number),
            certificate: record.kod2.as_ref().map(|kod2| kod2.signature.serial),
            stem: record.stem().unwrap_or_default().into(),
            // That no other invoice has its number is known once it is read.
            invoice: if record.ksef_number.is_none() { invoice } else { Stamp::UNKNOWN },
            pictures,
        }
    }
}

pub(in crate::batch) fn of_name(name: &str) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(name)
}

pub(in crate::batch) fn of_content(hash: &InvoiceHash) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(hash)
}

/// The first lines of a manifest.
#[derive(Debug)]
pub(in crate::batch) struct Seen {
    /// The settings of the run, as a hash: for others the lines would have to be looked at anew.
    pub(in crate::batch) settings: u64,
    /// Where the last of the lines ends.
    pub(in crate::batch) end: u64,
    /// How many lines there are up to there, those of refused invoices among them.
    pub(in crate::batch) count: u64,
    /// SHA-256 of the manifest up to there.
    pub(in crate::batch) digest: [u8; 32],
    /// In the order of the manifest.
    pub(in crate::batch) lines: Vec<SeenLine>,
}

impl Seen {
    /// True if this manifest begins with the lines. It is read up to their end.
    pub(in crate::batch) fn is_of(&self, manifest: impl Read) -> bool {
        digest(manifest, self.end).is_ok_and(|digest| digest == self.digest)
    }

    pub(in crate::batch) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(128 + self.lines.len() * 96);
        let number = |bytes: &mut Vec<u8>, number: u64| bytes.extend_from_slice(&number.to_le_bytes());
        let text = |bytes: &mut Vec<u8>, text: &str| {
            bytes.extend_from_slice(&(text.len() as u32).to_le_bytes());
            bytes.extend_from_slice(text.as_bytes());
        };
        bytes.extend_from_slice(START.as_bytes());
        for of_all in [self.settings, self.end, self.count] {
            number(&mut bytes, of_all);
        }
        bytes.extend_from_slice(&self.digest);
        let mut certificates: Vec<CertificateSerial> = Vec::new();
        let mut numbers: HashMap<CertificateSerial, u32> = HashMap::new();
        for serial in self.lines.iter().filter_map(|line| line.certificate) {
            numbers.entry(serial).or_insert_with(|| {
                certificates.push(serial);
                certificates.len() as u32
            });
        }
        number(&mut bytes, certificates.len() as u64);
        for serial in certificates {
            text(&mut bytes, &serial.to_string());
        }
        number(&mut bytes, self.lines.len() as u64);
        for line in &self.lines {
            let SeenLine { extent, input, content, replaces, identity, certificate, stem, invoice, pictures } = line;
            let [has_replaced, replaced] = [u64::from(replaces.is_some()), replaces.unwrap_or_default()];
            let certificate = certificate.and_then(|serial| numbers.get(&serial)).copied().unwrap_or_default();
            for field in [
                extent.start,
                extent.length.into(),
                *input,
                *content,
                has_replaced,
                replaced,
                *identity,
                certificate.into(),
                invoice.bits(),
                pictures.bits(),
            ] {
                number(&mut bytes, field);
            }
            text(&mut bytes, stem);
        }
        let sum = checksum(&bytes);
        number(&mut bytes, sum);
        bytes
    }

    /// None for what no run of this version left whole.
    pub(in crate::batch) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (body, sum) = bytes.split_last_chunk()?;
        if u64::from_le_bytes(*sum) != checksum(body) {
            return None;
        }
        let mut rest = Fields(body.strip_prefix(START.as_bytes())?);
        let [settings, end, count] = rest.numbers()?;
        let digest = rest.bytes()?;
        let [certificates] = rest.numbers()?;
        let certificates: Vec<CertificateSerial> =
            (0..certificates).map(|_| CertificateSerial::parse(rest.text()?).ok()).collect::<Option<_>>()?;
        let [length] = rest.numbers()?;
        let mut lines: Vec<SeenLine> = Vec::new();
        for _ in 0..length {
            let [start, length, input, content, has_replaced, replaced, identity, certificate, invoice, pictures] =
                rest.numbers()?;
            let extent = Extent { start, length: u32::try_from(length).ok()? };
            let before = lines.last().map_or(0, |line| line.extent.end());
            if length == 0 || extent.start < before || start.checked_add(length)? > end {
                return None;
            }
            let certificate = match usize::try_from(certificate).ok()?.checked_sub(1) {
                Some(at) => Some(*certificates.get(at)?),
                None => None,
            };
            lines.push(SeenLine {
                extent,
                input,
                content,
                replaces: (has_replaced > 0).then_some(replaced),
                identity,
                certificate,
                stem: rest.text()?.into(),
                invoice: Stamp::from_bits(invoice),
                pictures: Stamp::from_bits(pictures),
            });
        }
        let is_whole = rest.0.is_empty() && lines.last()?.extent.end() == end && count <= end;
        is_whole.then_some(Self { settings, end, count, digest, lines })
    }
}

/// What is left to read.
struct Fields<'f>(&'f [u8]);

impl<'f> Fields<'f> {
    fn bytes<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (bytes, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*bytes)
    }

    fn numbers<const N: usize>(&mut self) -> Option<[u64; N]> {
        let mut numbers = [0; N];
        for number in &mut numbers {
            *number = u64::from_le_bytes(self.bytes()?);
        }
        Some(numbers)
    }

    fn text(&mut self) -> Option<&'f str> {
        let length = u32::from_le_bytes(self.bytes()?);
        let (text, rest) = self.0.split_at_checked(usize::try_from(length).ok()?)?;
        self.0 = rest;
        str::from_utf8(text).ok()
    }
}

fn checksum(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}

/// SHA-256 of the first `length` bytes.
///
/// # Errors
/// Those of the reader; `UnexpectedEof` if there are fewer.
pub(in crate::batch) fn digest(mut manifest: impl Read, length: u64) -> io::Result<[u8; 32]> {
    let (mut sha256, mut left) = (Sha256::new(), length);
    let mut buffer = vec![0; 1 << 18];
    while left > 0 {
        let most = usize::try_from(left).map_or(buffer.len(), |left| left.min(buffer.len()));
        let part = buffer.get_mut(..most).unwrap_or_default();
        manifest.read_exact(part)?;
        sha256.update(&*part);
        left -= most as u64;
    }
    Ok(sha256.finalize().into())
}

/// The lines of the manifest that a run writes, in their order, for the next run.
#[derive(Debug, Default)]
pub(in crate::batch) struct SeenLines {
    lines: Vec<SeenLine>,
    /// Lines so far, of refused invoices too, and where the next one begins.
    count: u64,
    at: u64,
    /// Where the first line begins that is not where the run before left it.
    moved: Option<u64>,
    /// What the run before left: how many lines, and where they end.
    before: (usize, u64),
    /// Lines of which more is known now than the run before left.
    news: usize,
    /// True if there is a line of which nothing is known.
    has_unknown: bool,
    /// Where the last line with codes ends, and how many lines there are up to it.
    end: (u64, u64),
}

impl SeenLines {
    /// `before` is what the run before left.
    pub(in crate::batch) fn after(before: Option<(usize, u64)>) -> Self {
        Self { before: before.unwrap_or_default(), ..Self::default() }
    }

    /// A line that the run before saw, and that is as it was.
    pub(in crate::batch) fn add_unchanged(&mut self, line: SeenLine) {
        self.place(line.extent.start, line);
    }

    /// A line of an earlier run that stays.
    pub(in crate::batch) fn add_kept(&mut self, extent: Extent, line: Option<SeenLine>) {
        match line {
            Some(line) => {
                self.news += usize::from(line.invoice.is_known() && line.pictures.is_known());
                self.place(extent.start, SeenLine { extent, ..line });
            }
            None => self.has_unknown = true,
        }
    }

    /// A new line, of a refused invoice if nothing is known of it.
    pub(in crate::batch) fn add_new(&mut self, length: usize, line: Option<SeenLine>) {
        let extent = Extent { start: u64::MAX, length: length as u32 };
        match line {
            Some(line) => {
                self.news += 1;
                self.place(u64::MAX, SeenLine { extent, ..line });
            }
            None => {
                self.moved.get_or_insert(self.at);
                (self.count, self.at) = (self.count + 1, self.at + length as u64);
            }
        }
    }

    fn place(&mut self, start: u64, mut line: SeenLine) {
        if start != self.at {
            self.moved.get_or_insert(self.at);
        }
        line.extent.start = self.at;
        (self.count, self.at) = (self.count + 1, line.extent.end());
        self.end = (self.at, self.count);
        self.lines.push(line);
    }

    /// What to leave for the next run, but for the digest; none if that is not worth it: for a few invoices, and where what the
    /// run before left still holds for all but a few.
    pub(in crate::batch) fn finish(self, settings: u64) -> Option<Seen> {
        /// A folder of so few is read in a moment, and is not to hold a file more.
        const FEWEST: usize = 256;
        /// A sixteenth of the lines may be read again each time.
        const PART: usize = 16;
        let Self { lines, before: (count_before, end_before), moved, news, has_unknown, end, .. } = self;
        let still_holds = count_before > 0 && moved.is_none_or(|moved| moved >= end_before);
        let is_worth_it = lines.len() >= FEWEST && !(still_holds && news <= count_before / PART);
        let seen = Seen { settings, end: end.0, count: end.1, digest: [0; 32], lines };
        (!has_unknown && is_worth_it).then_some(seen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(start: u64, length: u32, certificate: Option<u64>) -> SeenLine {
        SeenLine {
            extent: Extent { start, length },
            input: start,
            content: 2,
            replaces: certificate,
            identity: 3,
            certificate: certificate.map(|serial| CertificateSerial::from_be_bytes(&serial.to_be_bytes()).unwrap()),
            stem: "zażółć".into(),
            invoice: Stamp::from_bits(4),
            pictures: Stamp::UNKNOWN,
        }
    }

    fn seen() -> Seen {
        let lines = vec![line(0, 10, Some(7)), line(12, 5, None), line(17, 3, Some(8)), line(20, 1, Some(7))];
        Seen { settings: 5, end: 21, count: 5, digest: digest(&[b'x'; 21][..], 21).unwrap(), lines }
    }

    #[test]
    fn what_is_read_is_what_was_written_and_nothing_else_is_read() {
        let (seen, bytes) = (seen(), seen().to_bytes());
        let read = Seen::from_bytes(&bytes).unwrap();
        assert_eq!(format!("{read:?}"), format!("{seen:?}"));
        for length in 0..bytes.len() {
            assert!(Seen::from_bytes(&bytes[..length]).is_none(), "{length}");
        }
        for at in 0..bytes.len() {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1;
            assert!(Seen::from_bytes(&flipped).is_none(), "{at}");
        }
    }

    /// Whoever makes a right check sum may write what they like.
    #[test]
    fn lines_that_no_manifest_has_are_not_taken() {
        type Change = (&'static str, fn(&mut Seen));
        let lines: [Change; 5] = [
            ("none", |seen| seen.lines.clear()),
            ("one over another", |seen| seen.lines[1].extent.start = 9),
            ("one behind the end", |seen| seen.lines[3].extent.length = 2),
            ("one at no place", |seen| seen.lines[3].extent.start = u64::MAX),
            ("more than bytes", |seen| seen.count = u64::MAX),
        ];
        for (what, spoil) in lines {
            let mut seen = seen();
            spoil(&mut seen);
            assert!(Seen::from_bytes(&seen.to_bytes()).is_none(), "{what}");
        }
    }

    #[test]
    fn it_is_of_a_manifest_that_begins_so() {
        assert!(seen().is_of(&[b'x'; 21][..]) && seen().is_of(&[b'x'; 30][..]));
        assert!(!seen().is_of(&[b'x'; 20][..]) && !seen().is_of(&[b'y'; 21][..]));
    }

    #[test]
    fn it_is_left_anew_where_the_one_before_does_not_hold_any_more() {
        let kept = |seen: &mut SeenLines, count: u64| {
            for at in 0..count {
                seen.add_unchanged(line(at * 10, 10, None));
            }
        };
        let left = |before, act: &dyn Fn(&mut SeenLines)| {
            let mut seen = SeenLines::after(before);
            kept(&mut seen, 300);
            act(&mut seen);
            seen.finish(0).map(|seen| (seen.lines.len(), seen.end, seen.count))
        };
        let before = Some((300, 3000));
        assert_eq!(left(None, &|_| ()), Some((300, 3000, 300)));
        assert_eq!(left(before, &|_| ()), None, "it holds");
        assert_eq!(left(before, &|seen| seen.add_new(10, Some(line(0, 0, None)))), None, "one was added at the end");
        let many = |seen: &mut SeenLines| (0..30).for_each(|_| seen.add_new(10, Some(line(0, 0, None))));
        assert_eq!(left(before, &many), Some((330, 3300, 330)));
        let gap = |seen: &mut SeenLines| seen.add_unchanged(line(3010, 10, None));
        assert_eq!(left(Some((301, 3020)), &gap), Some((301, 3010, 301)), "a line before it is gone");
        let refused = |seen: &mut SeenLines| {
            seen.add_new(5, None);
            seen.add_unchanged(line(3000, 10, None));
        };
        assert_eq!(left(Some((301, 3010)), &refused), Some((301, 3015, 302)), "a refused one came before it");
        let unknown = |seen: &mut SeenLines| seen.add_kept(Extent { start: 3000, length: 10 }, None);
        assert_eq!(left(None, &unknown), None);
        let mut few = SeenLines::after(None);
        kept(&mut few, 20);
        assert!(few.finish(0).is_none());
    }
}
