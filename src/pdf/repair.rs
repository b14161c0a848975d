use std::collections::{BTreeSet, HashMap};

use super::document::budget::Budget;
use super::document::file::{self, File};
use super::document::lexer::Lexer;
use super::document::xref::{self, Place, Xref};
use super::page::pages;
use crate::error::{Error, Kind, Result};
use crate::pdf_objects::{Dict, Id, Indirect, NewFile, NewObject, Object};

/// Writes a damaged PDF anew, as whole as readers show it: its objects are searched for, whatever its cross-references
/// say, and those that its catalog leads to are written, numbered from 1 on. What streams hold stays as it is.
///
/// # Errors
/// `pdf_damaged`, if no catalog is found, an object that is needed cannot be read, or the document is encrypted or signed:
/// a signature is of the bytes that are given up here; if a font cannot be unpacked, because then the text is missing.
/// `pdf_limits`.
pub(super) fn repaired(bytes: Vec<u8>) -> Result<Repaired> {
    let (file, count) = searched(bytes)?;
    let (bytes, drawn) = written(&file, Some(count))?;
    let pictures = file.apart(|| drawn.unpack(&file))?;
    Ok(Repaired { bytes, broken_pictures: pictures })
}

/// What was written anew.
pub(super) struct Repaired {
    pub(super) bytes: Vec<u8>,
    /// How many pictures cannot be unpacked, and are shown in part or not at all.
    pub(super) broken_pictures: usize,
}

/// Writes a sound PDF anew: what its updates replaced is left out, and it has one body and one table of objects.
///
/// # Errors
/// `pdf_limits`.
pub(super) fn whole(bytes: Vec<u8>) -> Result<Vec<u8>> {
    written(&File::read(bytes, None)?, None).map(|(bytes, _)| bytes)
}

/// What the catalog leads to, numbered from 1 on. `count` is the number of pages, if the one in the file is not believed.
fn written(file: &File, count: Option<u32>) -> Result<(Vec<u8>, Drawn)> {
    let mut writer =
        Writer { file, new: NewFile::new(), numbers: HashMap::new(), todo: Vec::new(), drawn: Drawn::default() };
    let mut trailer = Dict::default();
    for key in ["Root", "Info"] {
        if let Some(&Object::Reference(id)) = file.xref.trailer.get(key) {
            trailer.set(key, writer.number(id));
        }
    }
    if let Some(ids) = file.xref.trailer.get("ID").filter(|ids| ids.as_array().is_some_and(|ids| ids.len() == 2)) {
        trailer.set("ID", ids.clone());
    }
    let root = file.catalog()?.get("Pages").and_then(Object::as_reference);
    while let Some(id) = writer.todo.pop() {
        writer.write(id, count.filter(|_| root == Some(id)))?;
    }
    Ok((writer.new.finish(&trailer), writer.drawn))
}

/// The streams that pages are drawn with, besides their content.
#[derive(Default)]
struct Drawn {
    fonts: BTreeSet<Id>,
    pictures: BTreeSet<Id>,
}

impl Drawn {
    /// Unpacks them, and counts the pictures that are damaged. What is too much work is not looked at.
    fn unpack(&self, file: &File) -> Result<usize> {
        for id in &self.fonts {
            if is_broken(file, *id)? {
                return Err(damaged("a font in it cannot be unpacked, and its text would be missing"));
            }
        }
        let mut broken = 0;
        for id in &self.pictures {
            broken += usize::from(is_broken(file, *id)?);
        }
        Ok(broken)
    }
}

/// True for a stream whose packed data are wrong, or break off. How pictures themselves are packed is not looked into.
fn is_broken(file: &File, id: Id) -> Result<bool> {
    /// In bytes: a picture of a whole page in colour.
    const LARGEST: usize = 32 << 20;
    let Some(stream) = file.stream(&id.into())? else { return Ok(false) };
    match file.unpack(&stream, LARGEST) {
        Err(error) if error.kind() == Kind::PdfLimits => Ok(false),
        unpacked => Ok(unpacked.is_err()),
    }
}

fn damaged(why: &str) -> Error {
    Error::new(Kind::PdfDamaged, format!("it cannot be repaired: {why}"))
}

/// What stands in the file, in its order.
enum Found {
    Object(Id, usize),
    /// An object that holds others.
    Stream(Id, usize),
}

/// Searches for all objects. The last one of a number counts, as it would for readers. With it, the number of pages.
fn searched(bytes: Vec<u8>) -> Result<(File, u32)> {
    let header = file::header(&bytes).ok_or_else(|| damaged("it does not begin as a PDF does (%PDF-)"))?;
    let budget = Budget::of(bytes.len());
    let data = bytes.get(header..).unwrap_or_default();
    let (found, trailer) = objects(data, &budget)?;
    let mut places = Xref::empty(trailer);
    for found in &found {
        let (Found::Object(id, offset) | Found::Stream(id, offset)) = *found;
        places.replace(id.number, Place::At { offset, generation: id.generation })?;
    }
    let file = File::found(bytes, header, places, budget);
    // An object within a stream that stands further down is newer.
    let mut places = Xref::empty(file.xref.trailer.clone());
    for found in &found {
        let (Found::Object(id, offset) | Found::Stream(id, offset)) = *found;
        places.replace(id.number, Place::At { offset, generation: id.generation })?;
        if let Found::Stream(id, _) = found {
            for (number, index) in file.numbers_within(id.number)?.into_iter().zip(0..) {
                places.replace(number, Place::Within { stream: id.number, index })?;
            }
        }
    }
    let file = file.with_places(places);
    let mut count = 0;
    pages::each(&file, &mut |page| {
        count = page.number;
        true
    })?;
    Ok((file, count))
}

/// The objects in the order of the file, and a trailer that leads to the catalog.
fn objects(data: &[u8], budget: &Budget) -> Result<(Vec<Found>, Dict)> {
    let (mut found, mut trailers, mut catalog) = (Vec::new(), Vec::new(), None);
    let mut at = 0;
    while let Some(word) = data.get(at..).and_then(|rest| memchr::memmem::find(rest, b"obj")) {
        let word = at + word;
        trailers.extend(trailer_between(data, at, word, budget)?);
        at = word + "obj".len();
        let Some(start) = start_of_object(data, word) else { continue };
        let mut lexer = Lexer::new(data, start);
        let read = xref::next_indirect(&mut lexer);
        budget.spend_reading(lexer.at - start)?;
        // What cannot be read is missed if something leads to it.
        let Ok(read) = read else { continue };
        at = lexer.at;
        let dict = read.object.as_dict();
        if let Some(stream) = read.stream {
            let dict = dict.ok_or_else(|| damaged("a stream has no dictionary"))?;
            at = end_of_stream(data, stream, dict);
            if dict.is("Type", "XRef") {
                trailers.push(dict.clone());
                continue;
            }
            if dict.is("Type", "ObjStm") {
                found.push(Found::Stream(read.id, start));
                continue;
            }
        } else if dict.is_some_and(|dict| dict.is("Type", "Catalog")) {
            catalog = Some(read.id);
        }
        found.push(Found::Object(read.id, start));
    }
    trailers.extend(trailer_between(data, at, data.len(), budget)?);
    if trailers.iter().any(|trailer: &Dict| trailer.get("Encrypt").is_some()) {
        return Err(damaged("it is encrypted"));
    }
    let with_root =
        trailers.into_iter().rev().find(|trailer| trailer.get("Root").and_then(Object::as_reference).is_some());
    let trailer = with_root.or_else(|| Some(Dict::default().with("Root", catalog?)));
    Ok((found, trailer.ok_or_else(|| damaged("no catalog is in it"))?))
}

/// The trailers in a part of the file that no object takes.
fn trailer_between(data: &[u8], from: usize, to: usize, budget: &Budget) -> Result<Option<Dict>> {
    let part = data.get(from..to).unwrap_or_default();
    let Some(found) = memchr::memmem::rfind(part, b"trailer") else { return Ok(None) };
    let start = from + found + "trailer".len();
    let mut lexer = Lexer::new(data, start);
    let object = lexer.object();
    budget.spend_reading(lexer.at - start)?;
    Ok(match object {
        Ok(Object::Dict(trailer)) => Some(trailer),
        _ => None,
    })
}

/// Where the two numbers before the word `obj` begin.
fn start_of_object(data: &[u8], word: usize) -> Option<usize> {
    /// Two numbers of ten digits, with white space.
    const LONGEST: usize = 32;
    let before = data.get(word.saturating_sub(LONGEST)..word)?;
    let trimmed = before.trim_ascii_end();
    let generation = trimmed.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let rest = trimmed.get(..trimmed.len() - generation)?;
    let trimmed = rest.trim_ascii_end();
    let number = trimmed.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let is_whole = generation > 0 && number > 0 && trimmed.len() < rest.len();
    is_whole.then(|| word - before.len() + trimmed.len() - number)
}

/// Behind a stream: where its length says, if that is right, or behind the next `endstream`.
fn end_of_stream(data: &[u8], start: usize, dict: &Dict) -> usize {
    let length = dict.get("Length").and_then(Object::integer).and_then(|length| usize::try_from(length).ok());
    let end = length.and_then(|length| start.checked_add(length)).filter(|&end| xref::ends(data, end));
    end.unwrap_or_else(|| {
        let rest = data.get(start..).unwrap_or_default();
        start + memchr::memmem::find(rest, b"endstream").unwrap_or(rest.len())
    })
}

struct Writer<'f> {
    file: &'f File,
    new: NewFile,
    numbers: HashMap<Id, Id>,
    todo: Vec<Id>,
    drawn: Drawn,
}

impl Writer<'_> {
    fn number(&mut self, old: Id) -> Id {
        if let Some(known) = self.numbers.get(&old) {
            return *known;
        }
        let new = self.new.reserve(1);
        self.numbers.insert(old, new);
        self.todo.push(old);
        new
    }

    /// Writes an object, and remembers those that it leads to. `pages` is how many the root of the page tree has.
    fn write(&mut self, old: Id, pages: Option<u32>) -> Result<()> {
        let new = self.number(old);
        match self.file.load(&old.into(), 0)? {
            Indirect::Plain(mut object) => {
                self.renumber(&mut object);
                if object.as_dict().is_some_and(|dict| dict.get("ByteRange").is_some()) {
                    return Err(damaged("it is signed, and what is written anew is not what was signed"));
                }
                if let (Object::Dict(dict), Some(pages)) = (&mut object, pages) {
                    dict.set("Count", i64::from(pages));
                }
                self.new.value(new, &object);
            }
            Indirect::Stream(stream) => {
                let data = self.file.data().get(stream.data.clone()).unwrap_or_default().to_vec();
                self.file.spend(data.len())?;
                if stream.dict.is("Subtype", "Image") {
                    self.drawn.pictures.insert(old);
                }
                let mut dict = Object::Dict(stream.dict);
                self.renumber(&mut dict);
                if let Object::Dict(mut dict) = dict {
                    dict.remove("Length");
                    self.new.push(&NewObject::stream(new, dict, data));
                }
            }
        }
        Ok(())
    }

    fn renumber(&mut self, object: &mut Object) {
        match object {
            Object::Reference(id) => *id = self.number(*id),
            Object::Array(items) => items.iter_mut().for_each(|item| self.renumber(item)),
            Object::Dict(dict) => {
                let programs = ["FontFile", "FontFile2", "FontFile3"].into_iter().filter_map(|key| dict.get(key));
                self.drawn.fonts.extend(programs.filter_map(Object::as_reference));
                dict.0.iter_mut().for_each(|(_, value)| self.renumber(value));
            }
            _ => {}
        }
    }
}
