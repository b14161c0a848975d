//! The lines of a manifest, read one after the other.

use std::io::{self, BufRead, Read as _};

use super::line::ManifestLine;

/// In bytes. A line with a stamped PDF of 100 MB in it has half; one of more than this is no line, and is not read to its
/// end.
pub const LONGEST_LINE: u64 = 1 << 28;

/// How every line begins.
pub(crate) const LINE_START: &[u8] = b"{\"type\":\"";

/// Where a line lies in the file, its newline included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Extent {
    pub(crate) start: u64,
    pub(crate) length: u32,
}

impl Extent {
    /// Where the next line begins.
    pub(crate) fn end(self) -> u64 {
        self.start + u64::from(self.length)
    }
}

/// The lines of a manifest.
#[derive(Debug)]
pub struct Lines<R> {
    reader: R,
    text: Vec<u8>,
    number: u64,
    /// Where the next line begins.
    at: u64,
}

/// A line, as it stands in the file.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct RawLine<'l> {
    /// From 1 on.
    pub number: u64,
    /// Its newline included; of what is too long, as much as was read.
    pub text: &'l [u8],
    pub(crate) extent: Extent,
}

impl<R: BufRead> Lines<R> {
    /// The lines from here on.
    pub fn new(reader: R) -> Self {
        Self { reader, text: Vec::new(), number: 0, at: 0 }
    }

    /// The lines from a place on, before which there are so many.
    pub(crate) fn from(reader: R, at: u64, number: u64) -> Self {
        Self { reader, text: Vec::new(), number, at }
    }

    /// The next line; none at the end of the file.
    ///
    /// # Errors
    /// Those of the reader.
    pub fn next_line(&mut self) -> io::Result<Option<RawLine<'_>>> {
        self.text.clear();
        let length = (&mut self.reader).take(LONGEST_LINE).read_until(b'\n', &mut self.text)?;
        if length == 0 {
            return Ok(None);
        }
        self.number += 1;
        let extent = Extent { start: self.at, length: length as u32 };
        self.at = extent.end();
        Ok(Some(RawLine { number: self.number, text: &self.text, extent }))
    }

    pub(crate) fn into_reader(self) -> R {
        self.reader
    }
}

impl<'l> RawLine<'l> {
    /// True for more bytes than a line has.
    pub fn is_too_long(&self) -> bool {
        self.text.len() as u64 == LONGEST_LINE
    }

    /// True if its newline is missing: it may be the beginning of a line, all that a kill left of it.
    pub fn is_cut_short(&self) -> bool {
        self.lacks_newline() && !self.is_too_long()
    }

    pub(crate) fn lacks_newline(&self) -> bool {
        !self.text.ends_with(b"\n")
    }

    /// # Errors
    /// As [`ManifestLine::read`].
    pub(crate) fn read(&self) -> serde_json::Result<ManifestLine<'l>> {
        ManifestLine::read(self.text)
    }
}
