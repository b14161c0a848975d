use std::collections::HashSet;

use super::budget::Budget;
use super::filter;
use super::lexer::Lexer;
use crate::error::{Error, Kind, Result};
use crate::pdf_objects::{Dict, Id, Object};

/// Where an object lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::pdf) enum Place {
    Free,
    /// By itself, at this byte.
    At {
        offset: usize,
        generation: u16,
    },
    /// The object of this index in an object stream.
    Within {
        stream: u32,
        index: u32,
    },
}

/// How the last revision writes its cross-references, and so how the next one must.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::pdf) enum Manner {
    Table,
    Stream,
}

/// The cross-references of all revisions, and the trailer of the last.
#[derive(Debug)]
pub(in crate::pdf) struct Xref {
    places: Vec<Packed>,
    pub(in crate::pdf) trailer: Dict,
    pub(in crate::pdf) manner: Manner,
    /// Where the last revision's section begins.
    pub(in crate::pdf) start: usize,
    /// True if a table begins at 1 with object 0: not every program finds the objects by it once something was added.
    begins_late: bool,
}

/// A document of a million objects is a shelf of books.
const MOST_OBJECTS: u32 = 1 << 21;

/// Revisions, and twice as many in hybrid files.
const MOST_SECTIONS: usize = 4096;

/// The generation of object 0, which is always free.
const OBJECT_0: u64 = 65_535;

/// A cross-reference stream is unpacked to this many bytes at most.
const LARGEST_STREAM: usize = 32 << 20;

impl Xref {
    /// Follows the sections from the last to the first.
    ///
    /// # Errors
    /// `pdf_damaged`: nothing is rebuilt by searching, as a reader would do; such a file cannot be added to safely.
    pub(in crate::pdf) fn read(data: &[u8], budget: &Budget) -> Result<Self> {
        let start = last_section(data)?;
        let mut xref =
            Self { places: Vec::new(), trailer: Dict::default(), manner: Manner::Table, start, begins_late: false };
        let (mut seen, mut hidden) = (HashSet::new(), HashSet::new());
        let mut next = Some(start);
        while let Some(at) = next {
            if !seen.insert(at) || seen.len() > MOST_SECTIONS {
                return Err(damaged("the cross-reference sections lead in a circle"));
            }
            let (manner, trailer) = xref.section(data, at, budget, &mut hidden)?;
            next = offset(&trailer, "Prev").filter(|&at| at != 0);
            if at == start {
                (xref.manner, xref.trailer) = (manner, trailer);
            }
        }
        Ok(xref)
    }

    /// Of a file whose objects were searched for: empty yet.
    pub(in crate::pdf) fn empty(trailer: Dict) -> Self {
        Self { places: Vec::new(), trailer, manner: Manner::Table, start: 0, begins_late: false }
    }

    /// Says where an object lies, whatever was known of it.
    pub(in crate::pdf) fn replace(&mut self, number: u32, place: Place) -> Result<()> {
        if let Some(slot) = self.places.get_mut(number as usize) {
            *slot = Packed(0);
        }
        self.add(number, place)
    }

    pub(in crate::pdf) fn place(&self, number: u32) -> Option<Place> {
        self.places.get(number as usize).and_then(|packed| packed.place())
    }

    /// Where all objects lie, for a table that needs none before it; none where the file's own tables serve.
    pub(in crate::pdf) fn anew(&self) -> Option<Vec<(Id, usize)>> {
        let numbered = self.places.iter().zip(0..).filter(|_| self.begins_late);
        let mut all = Vec::new();
        for (packed, number) in numbered {
            match packed.place() {
                Some(Place::At { offset, generation }) => all.push((Id { number, generation }, offset)),
                Some(Place::Within { .. }) => return None,
                Some(Place::Free) | None => {}
            }
        }
        (!all.is_empty()).then_some(all)
    }

    /// How many objects there may be at most.
    pub(in crate::pdf) fn objects(&self) -> usize {
        self.places.len()
    }

    /// The first number that no object had yet.
    ///
    /// # Errors
    /// `pdf_limits`.
    pub(in crate::pdf) fn next_number(&self) -> Result<u32> {
        let size = self.trailer.get("Size").and_then(Object::integer).and_then(|size| u32::try_from(size).ok());
        let next = size.unwrap_or(1).max(self.places.len() as u32).max(1);
        if next > 4 * MOST_OBJECTS { Err(too_many()) } else { Ok(next) }
    }

    fn section(
        &mut self,
        data: &[u8],
        at: usize,
        budget: &Budget,
        hidden: &mut HashSet<usize>,
    ) -> Result<(Manner, Dict)> {
        let mut lexer = Lexer::new(data, at);
        if !lexer.word("xref") {
            return Ok((Manner::Stream, self.stream(data, at, budget)?));
        }
        let free = self.table(&mut lexer)?;
        let Object::Dict(trailer) = lexer.object()? else { return Err(lexer.damaged("the trailer is malformed")) };
        budget.spend(lexer.at - at)?;
        // What the table of a hybrid file hides as free, its stream gives (ISO 32000-1, 7.5.8.4). A stream that was read
        // has nothing to add.
        if let Some(stream) = offset(&trailer, "XRefStm").filter(|&stream| hidden.insert(stream)) {
            self.stream(data, stream, budget)?;
        }
        for number in free {
            self.add(number, Place::Free)?;
        }
        Ok((Manner::Table, trailer))
    }

    /// Takes the entries in use, and gives the numbers of those that are free.
    fn table(&mut self, lexer: &mut Lexer<'_>) -> Result<Vec<u32>> {
        let mut free = Vec::new();
        while !lexer.word("trailer") {
            let first = lexer.unsigned().ok_or_else(|| lexer.damaged("the cross-reference table is malformed"))?;
            let count = lexer.unsigned().ok_or_else(|| lexer.damaged("the cross-reference table is malformed"))?;
            // Scanners begin the table at 1, with the entry of object 0; all readers know it by that entry.
            let mut ahead = 0;
            for number in first..first.saturating_add(count) {
                let (offset, generation) = (lexer.unsigned(), lexer.unsigned());
                let (Some(offset), Some(generation)) = (offset, generation) else {
                    return Err(lexer.damaged("the cross-reference table is malformed"));
                };
                let is_in_use = lexer.word("n");
                if (first, number, offset, generation, is_in_use) == (1, 1, 0, OBJECT_0, false) {
                    ahead = 1;
                    self.begins_late = true;
                }
                let number = u32::try_from(number - ahead).map_err(|_| too_many())?;
                if is_in_use {
                    // Object 0 and offset 0 are what some writers give for free entries.
                    if offset == 0 || number == 0 {
                        free.push(number);
                    } else {
                        self.add(number, Place::At { offset: offset as usize, generation: generation as u16 })?;
                    }
                } else if lexer.word("f") {
                    free.push(number);
                } else {
                    return Err(lexer.damaged("the cross-reference table is malformed"));
                }
            }
        }
        Ok(free)
    }

    fn stream(&mut self, data: &[u8], at: usize, budget: &Budget) -> Result<Dict> {
        let malformed = || damaged("the cross-reference stream is malformed");
        let Read { object, stream: start, size, .. } = indirect(data, at)?;
        budget.spend_reading(size)?;
        let (Object::Dict(dict), Some(start)) = (object, start) else {
            return Err(damaged(&format!("at byte {at}: no cross-reference section is where it should be")));
        };
        let length = dict.get("Length").and_then(Object::integer).and_then(|length| usize::try_from(length).ok());
        let end = length.and_then(|length| start.checked_add(length)).ok_or_else(malformed)?;
        // What it is follows from where it stands, and from its /W.
        if !(dict.is("Type", "XRef") || dict.get("Type").is_none()) || !begins(data, start) || !ends(data, end) {
            return Err(malformed());
        }
        let direct = |key| dict.get(key).unwrap_or(&Object::Null);
        let filters = filter::of(&dict, direct("Filter"), direct("DecodeParms"))?;
        let packed = data.get(start..end).ok_or_else(malformed)?;
        let rows = filter::decode(packed, &filters, LARGEST_STREAM, budget)?;
        let numbers = |key| -> Vec<u64> {
            let items = dict.get(key).and_then(Object::as_array).unwrap_or_default();
            items.iter().filter_map(|item| item.integer().and_then(|item| u64::try_from(item).ok())).collect()
        };
        let &[kind, second, third] = numbers("W").as_slice() else { return Err(malformed()) };
        let width = kind.saturating_add(second).saturating_add(third);
        if !(1..=24).contains(&width) || kind.max(second).max(third) > 8 {
            return Err(malformed());
        }
        let mut index = numbers("Index");
        if index.is_empty() {
            index.push(0);
            index.extend(dict.get("Size").and_then(Object::integer).and_then(|size| u64::try_from(size).ok()));
        }
        let mut rows = rows.chunks_exact(width as usize);
        for pair in index.chunks_exact(2) {
            let &[first, count] = pair else { break };
            for number in first..first.saturating_add(count) {
                let Some(row) = rows.next() else { break };
                let (kind_bytes, row) = row.split_at_checked(kind as usize).ok_or_else(malformed)?;
                let (second, third) = row.split_at_checked(second as usize).ok_or_else(malformed)?;
                let kind = if kind_bytes.is_empty() { 1 } else { big_endian(kind_bytes) };
                let (second, third) = (big_endian(second), big_endian(third));
                let place = match kind {
                    0 => Place::Free,
                    1 => Place::At { offset: second as usize, generation: third as u16 },
                    2 => Place::Within { stream: second as u32, index: third as u32 },
                    _ => continue,
                };
                self.add(u32::try_from(number).map_err(|_| too_many())?, place)?;
            }
        }
        Ok(dict)
    }

    /// Later revisions are read first, and stay.
    fn add(&mut self, number: u32, place: Place) -> Result<()> {
        if number > MOST_OBJECTS {
            return Err(too_many());
        }
        let index = number as usize;
        if index >= self.places.len() {
            self.places.resize(index + 1, Packed(0));
        }
        if let Some(slot) = self.places.get_mut(index).filter(|slot| slot.0 == 0) {
            *slot = Packed::new(place);
        }
        Ok(())
    }
}

/// A place in eight bytes, as there may be two million: two bits say what it is (none, free, at, within), then follow
/// 16 and 46 bits for the generation and the offset, or 30 and 32 for the index and the stream.
#[derive(Clone, Copy, Debug)]
struct Packed(u64);

impl Packed {
    fn new(place: Place) -> Self {
        Self(match place {
            Place::Free => 1 << 62,
            Place::At { offset, generation } => {
                2 << 62 | u64::from(generation) << 46 | (offset as u64).min((1 << 46) - 1)
            }
            Place::Within { stream, index } => 3 << 62 | u64::from(index.min((1 << 30) - 1)) << 32 | u64::from(stream),
        })
    }

    fn place(self) -> Option<Place> {
        match self.0 >> 62 {
            0 => None,
            1 => Some(Place::Free),
            2 => {
                let (offset, generation) = ((self.0 & ((1 << 46) - 1)) as usize, (self.0 >> 46) as u16);
                Some(Place::At { offset, generation })
            }
            _ => Some(Place::Within { stream: self.0 as u32, index: (self.0 >> 32) as u32 & ((1 << 30) - 1) }),
        }
    }
}

/// An object outside of object streams, as it was read.
pub(in crate::pdf) struct Read {
    pub(in crate::pdf) id: Id,
    pub(in crate::pdf) object: Object,
    /// Of a stream, where its bytes begin.
    pub(in crate::pdf) stream: Option<usize>,
    /// How many bytes it takes, those of a stream aside.
    pub(in crate::pdf) size: usize,
}

/// Reads the object that stands there.
pub(in crate::pdf) fn indirect(data: &[u8], at: usize) -> Result<Read> {
    next_indirect(&mut Lexer::new(data, at))
}

/// Reads the next object.
pub(in crate::pdf) fn next_indirect(lexer: &mut Lexer<'_>) -> Result<Read> {
    let at = lexer.at;
    let id = lexer.id("obj").ok_or_else(|| lexer.damaged("no object is where the cross-references lead"))?;
    let object = lexer.object()?;
    let stream = lexer.word("stream").then(|| after_line(lexer.data, lexer.at));
    Ok(Read { id, object, stream, size: lexer.at - at })
}

/// Behind the end of the line on which `stream` stands: a line feed, a carriage return or both, and spaces before it.
fn after_line(data: &[u8], at: usize) -> usize {
    let rest = data.get(at..).unwrap_or_default();
    let spaces = rest.iter().take(MOST_SPACES).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    match rest.get(spaces..).unwrap_or_default() {
        [b'\r', b'\n', ..] => at + spaces + 2,
        [b'\r' | b'\n', ..] => at + spaces + 1,
        // Bytes of the stream itself.
        _ => at,
    }
}

/// In bytes, beside `stream` and before `endstream`.
const MOST_SPACES: usize = 64;

/// True if a stream's bytes begin here, on a line of their own.
pub(in crate::pdf) fn begins(data: &[u8], start: usize) -> bool {
    matches!(start.checked_sub(1).and_then(|before| data.get(before)), Some(b'\n' | b'\r'))
}

/// True if a stream's bytes end here.
pub(in crate::pdf) fn ends(data: &[u8], end: usize) -> bool {
    let rest = data.get(end..).unwrap_or_default();
    let spaces = rest.iter().take(MOST_SPACES).take_while(|&&byte| super::lexer::is_space(byte)).count();
    rest.get(spaces..).is_some_and(|rest| rest.starts_with(b"endstream"))
}

fn last_section(data: &[u8]) -> Result<usize> {
    /// Some mail gateways add a line or two behind the end.
    const TAIL: usize = 4096;
    let tail = data.len().saturating_sub(TAIL);
    let found = memchr::memmem::rfind(data.get(tail..).unwrap_or_default(), b"startxref");
    let found = found.ok_or_else(|| damaged("the file does not say where its cross-references begin (startxref)"))?;
    let mut lexer = Lexer::new(data, tail + found + "startxref".len());
    let start = lexer.unsigned().and_then(|start| usize::try_from(start).ok());
    start.filter(|&start| start < data.len()).ok_or_else(|| lexer.damaged("startxref leads out of the file"))
}

fn offset(dict: &Dict, key: &str) -> Option<usize> {
    dict.get(key).and_then(Object::integer).and_then(|offset| usize::try_from(offset).ok())
}

fn big_endian(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |value, &byte| value << 8 | u64::from(byte))
}

fn damaged(why: &str) -> Error {
    Error::new(Kind::PdfDamaged, why)
}

fn too_many() -> Error {
    Error::new(Kind::PdfLimits, format!("the PDF has objects of higher numbers than {MOST_OBJECTS}"))
}
