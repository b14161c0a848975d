use std::borrow::Cow;
use std::ops::Range;

use super::budget::Budget;
use super::filter;
use super::object_stream::{Cache, ObjectStream};
use super::xref::{self, Place, Xref};
use crate::error::{Error, Kind, Result};
use crate::pdf::encryption::Crypt;
use crate::pdf_objects::{Dict, Id, Indirect, Object, Stream};

/// A PDF as its cross-references describe it. Objects are read when they are asked for, and nothing is repaired.
pub(in crate::pdf) struct File {
    bytes: Vec<u8>,
    /// Where `%PDF-` stands, from which offsets count.
    header: usize,
    pub(in crate::pdf) xref: Xref,
    pub(in crate::pdf) crypt: Option<Crypt>,
    cache: Cache,
    budget: Budget,
    /// True for a file whose places were found by searching: its lengths are not believed either.
    is_lenient: bool,
}

/// Undoes filters: data, their names and parameters, how many bytes they may give.
type Decode = fn(&[u8], &[(Vec<u8>, Dict)], usize, &Budget) -> Result<Vec<u8>>;

/// Dictionaries within dictionaries whose references are followed.
const DEEPEST_FLAT: u32 = 3;

/// References that lead to references.
const MOST_STEPS: u32 = 16;

/// Where `%PDF-` stands. Readers look for it so far.
pub(in crate::pdf) fn header(bytes: &[u8]) -> Option<usize> {
    const HEAD: usize = 1024;
    memchr::memmem::find(bytes.get(..bytes.len().min(HEAD)).unwrap_or_default(), b"%PDF-")
}

impl File {
    /// A file whose objects were searched for.
    pub(in crate::pdf) fn found(bytes: Vec<u8>, header: usize, xref: Xref, budget: Budget) -> Self {
        Self { bytes, header, xref, crypt: None, cache: Cache::default(), budget, is_lenient: true }
    }

    /// The same file with other places.
    pub(in crate::pdf) fn with_places(self, xref: Xref) -> Self {
        Self { xref, cache: Cache::default(), ..self }
    }

    /// Reads the cross-references, and opens the encryption if there is any.
    ///
    /// # Errors
    /// `pdf_damaged`, `pdf_limits`, `pdf_encrypted`, `pdf_password_wrong`.
    pub(in crate::pdf) fn read(bytes: Vec<u8>, password: Option<&[u8]>) -> Result<Self> {
        let header = header(&bytes)
            .ok_or_else(|| Error::new(Kind::PdfDamaged, "the file does not begin as a PDF does (%PDF-)"))?;
        let budget = Budget::of(bytes.len());
        let xref = Xref::read(bytes.get(header..).unwrap_or_default(), &budget)?;
        let mut file = Self { bytes, header, xref, crypt: None, cache: Cache::default(), budget, is_lenient: false };
        if let Some(encrypt) = file.xref.trailer.get("Encrypt") {
            let id = encrypt.as_reference();
            let encrypt = file.dict(encrypt)?.ok_or_else(|| Error::new(Kind::PdfDamaged, "/Encrypt leads nowhere"))?;
            let plain = file.flatten(&encrypt, 0)?;
            let ids = file.xref.trailer.get("ID").map(|ids| file.resolve(ids)).transpose()?;
            let first = ids.as_deref().and_then(Object::as_array).and_then(<[Object]>::first).and_then(Object::as_text);
            file.crypt = Some(Crypt::open(&plain, first.unwrap_or_default(), id, password)?);
        }
        Ok(file)
    }

    /// The whole file as it was given.
    pub(in crate::pdf) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// From the header on: offsets count from here.
    pub(in crate::pdf) fn data(&self) -> &[u8] {
        self.bytes.get(self.header..).unwrap_or_default()
    }

    /// The document catalog.
    pub(in crate::pdf) fn catalog(&self) -> Result<Dict> {
        let root = self.xref.trailer.get("Root").map(|root| self.dict(root)).transpose()?.flatten();
        root.ok_or_else(|| Error::new(Kind::PdfDamaged, "the PDF has no catalog (/Root)"))
    }

    /// Follows a reference; what leads nowhere is null.
    pub(in crate::pdf) fn resolve<'a>(&self, object: &'a Object) -> Result<Cow<'a, Object>> {
        match object {
            Object::Reference(_) => match self.load(object, 0)? {
                Indirect::Plain(object) => Ok(Cow::Owned(object)),
                Indirect::Stream(stream) => Ok(Cow::Owned(Object::Dict(stream.dict))),
            },
            direct => Ok(Cow::Borrowed(direct)),
        }
    }

    /// The value of a key, followed if it is a reference; null if there is none.
    pub(in crate::pdf) fn value<'a>(&self, dict: &'a Dict, key: &str) -> Result<Cow<'a, Object>> {
        dict.get(key).map_or(Ok(Cow::Owned(Object::Null)), |value| self.resolve(value))
    }

    /// A dictionary, or that of a stream.
    pub(in crate::pdf) fn dict(&self, object: &Object) -> Result<Option<Dict>> {
        Ok(match self.resolve(object)?.into_owned() {
            Object::Dict(dict) => Some(dict),
            _ => None,
        })
    }

    /// The dictionary under a key.
    pub(in crate::pdf) fn dict_in(&self, dict: &Dict, key: &str) -> Result<Option<Dict>> {
        dict.get(key).map_or(Ok(None), |value| self.dict(value))
    }

    /// The items of an array, not followed.
    pub(in crate::pdf) fn items(&self, dict: &Dict, key: &str) -> Result<Vec<Object>> {
        Ok(match self.value(dict, key)?.into_owned() {
            Object::Array(items) => items,
            _ => Vec::new(),
        })
    }

    /// True if a key has this name, itself or by a reference.
    pub(in crate::pdf) fn is(&self, dict: &Dict, key: &str, name: &str) -> Result<bool> {
        Ok(self.value(dict, key)?.as_name() == Some(name.as_bytes()))
    }

    /// The numbers of a list, a rectangle or a matrix; none if there is no list at all.
    ///
    /// # Errors
    /// `pdf_damaged` for a list of more, of fewer, or of something else: each reader makes something else of it.
    pub(in crate::pdf) fn numbers<const N: usize>(&self, dict: &Dict, key: &str) -> Result<Option<[f64; N]>> {
        let value = self.value(dict, key)?;
        if *value == Object::Null {
            return Ok(None);
        }
        let items = value.as_array().unwrap_or_default().iter().take(N + 1);
        let numbers: Option<Vec<f64>> = items.map(|item| Ok(self.resolve(item)?.number())).collect::<Result<_>>()?;
        let numbers = numbers.and_then(|numbers| numbers.try_into().ok());
        let message = || format!("the list /{key} does not hold {N} numbers and nothing else");
        numbers.map(Some).ok_or_else(|| Error::new(Kind::PdfDamaged, message()))
    }

    pub(in crate::pdf) fn stream(&self, object: &Object) -> Result<Option<Stream>> {
        match object {
            Object::Reference(_) => Ok(match self.load(object, 0)? {
                Indirect::Stream(stream) => Some(stream),
                Indirect::Plain(_) => None,
            }),
            _ => Ok(None),
        }
    }

    /// A stream's bytes, decrypted and unpacked: `limit` at most.
    pub(in crate::pdf) fn decode(&self, stream: &Stream, limit: usize) -> Result<Vec<u8>> {
        self.decode_by(filter::decode, stream, limit)
    }

    /// The same for content that is drawn: data that break off are `pdf_damaged`, and data of which a wrong length says otherwise
    /// where they end, unless they say it themselves.
    pub(in crate::pdf) fn decode_whole(&self, stream: &Stream, limit: usize) -> Result<Vec<u8>> {
        let Some(said) = stream.said else { return self.decode_by(filter::decode_whole, stream, limit) };
        let filters = self.filters(&stream.dict)?;
        if !matches!(filters.first(), Some((name, _)) if matches!(name.as_slice(), b"FlateDecode" | b"Fl")) {
            return Err(wrong_length(stream.id.number));
        }
        // Some readers take no more than the length says.
        let Range { start, end } = stream.data;
        let stream = &Stream { data: start..end.min(start.saturating_add(said)), ..stream.clone() };
        self.decode_by(filter::decode_whole, stream, limit)
    }

    /// Unpacks a stream as far as it is not packed as a picture is, to see whether its data are whole.
    pub(in crate::pdf) fn unpack(&self, stream: &Stream, limit: usize) -> Result<()> {
        self.decode_by(filter::unpack_whole, stream, limit).map(drop)
    }

    fn decode_by(&self, decode: Decode, stream: &Stream, limit: usize) -> Result<Vec<u8>> {
        let raw = self.data().get(stream.data.clone()).unwrap_or_default();
        let filters = self.filters(&stream.dict)?;
        let raw = match &self.crypt {
            Some(crypt) if !stream.dict.is("Type", "XRef") => {
                self.spend(raw.len())?;
                Cow::Owned(crypt.decrypt_stream(stream, raw, &filters)?)
            }
            _ => Cow::Borrowed(raw),
        };
        decode(&raw, &filters, limit, &self.budget)
    }

    /// Counts work against what the document may take, in bytes.
    ///
    /// # Errors
    /// `pdf_limits`.
    pub(in crate::pdf) fn spend(&self, work: usize) -> Result<()> {
        self.budget.spend(work)
    }

    /// Does what may be left undone, so that it costs nothing that is needed for the rest.
    pub(in crate::pdf) fn apart<T>(&self, work: impl FnOnce() -> T) -> T {
        self.budget.apart(work)
    }

    fn filters(&self, dict: &Dict) -> Result<Vec<(Vec<u8>, Dict)>> {
        /// More than any stream may have.
        const MOST: usize = 16;
        let followed = |object: &Object| -> Result<Object> {
            Ok(match self.resolve(object)?.into_owned() {
                Object::Dict(dict) => Object::Dict(self.flatten(&dict, DEEPEST_FLAT)?),
                other => other,
            })
        };
        let all = |key| -> Result<Object> {
            Ok(match self.value(dict, key)?.into_owned() {
                Object::Array(items) => Object::Array(items.iter().take(MOST).map(followed).collect::<Result<_>>()?),
                one => followed(&one)?,
            })
        };
        filter::of(dict, &all("Filter")?, &all("DecodeParms")?)
    }

    /// What a reference leads to. `depth` counts objects that are needed to read an object.
    pub(in crate::pdf) fn load(&self, object: &Object, depth: u32) -> Result<Indirect> {
        let mut object = object.clone();
        for _ in depth..MOST_STEPS {
            let Object::Reference(id) = object else { return Ok(Indirect::Plain(object)) };
            self.spend(1)?;
            match self.load_one(id, depth)? {
                Indirect::Plain(next) => object = next,
                stream @ Indirect::Stream(_) => return Ok(stream),
            }
        }
        Err(Error::new(Kind::PdfDamaged, "references lead in a circle"))
    }

    fn load_one(&self, id: Id, depth: u32) -> Result<Indirect> {
        match self.xref.place(id.number) {
            Some(Place::At { offset, generation }) if generation == id.generation => self.load_at(id, offset, depth),
            Some(Place::Within { stream, index }) if id.generation == 0 => {
                let (object, size) = self.object_stream(stream, depth)?.object(id.number, index)?;
                self.budget.spend_reading(size)?;
                Ok(Indirect::Plain(object))
            }
            _ => Ok(Indirect::Plain(Object::Null)),
        }
    }

    fn load_at(&self, id: Id, offset: usize, depth: u32) -> Result<Indirect> {
        let damaged = |why| damaged(id.number, why);
        let xref::Read { id: found, mut object, stream: start, size } = xref::indirect(self.data(), offset)?;
        self.budget.spend_reading(size)?;
        if found != id {
            return Err(damaged("is not where the cross-references lead"));
        }
        if let Some(crypt) = self.crypt.as_ref().filter(|crypt| crypt.dictionary != Some(id)) {
            crypt.decrypt_strings(id, &mut object)?;
        }
        let Some(start) = start else { return Ok(Indirect::Plain(object)) };
        let Object::Dict(dict) = object else { return Err(damaged("is a stream without a dictionary")) };
        let length = match dict.get("Length") {
            Some(length @ Object::Reference(_)) => match self.load(length, depth + 4)? {
                Indirect::Plain(length) => length.integer(),
                Indirect::Stream(_) => None,
            },
            length => length.and_then(Object::integer),
        };
        // What stands on that line are bytes of the stream for some readers.
        if !self.is_lenient && !xref::begins(self.data(), start) {
            return Err(damaged("is a stream that does not begin on a line of its own"));
        }
        let (data, said) = self.stream_data(start, length)?.ok_or_else(|| wrong_length(id.number))?;
        Ok(Indirect::Stream(Stream { id, dict, data, said }))
    }

    /// Where a stream's bytes lie. If its length is a little off, they end at the next `endstream`, where most readers find
    /// it, and the length is given with it. Of one that is wrong by more each reader makes something else.
    fn stream_data(&self, start: usize, length: Option<i64>) -> Result<Option<(Range<usize>, Option<usize>)>> {
        /// In bytes: a line end that was counted or not, a word that was changed by hand.
        const LITTLE: usize = 64;
        let data = self.data();
        let length = length.and_then(|length| usize::try_from(length).ok());
        let end = length.and_then(|length| start.checked_add(length)).filter(|&end| end <= data.len());
        if end.is_some_and(|end| xref::ends(data, end)) {
            return Ok(end.map(|end| (start..end, None)));
        }
        let farthest = match end {
            _ if self.is_lenient => data.len(),
            Some(end) => end.saturating_add(LITTLE).min(data.len()),
            None => return Ok(None),
        };
        let searched = data.get(start..farthest).unwrap_or_default();
        let found = memchr::memmem::find(searched, b"endstream");
        self.budget.spend(found.unwrap_or(searched.len()))?;
        let Some(found) = found.map(|found| start + found) else { return Ok(None) };
        if !self.is_lenient && end.is_none_or(|end| end > found + LITTLE) {
            return Ok(None);
        }
        let before = data.get(start..found).unwrap_or_default();
        let line = before.strip_suffix(b"\r\n").or_else(|| before.strip_suffix(b"\n"));
        let line = line.or_else(|| before.strip_suffix(b"\r")).unwrap_or(before);
        Ok(Some((start..start + line.len(), length.filter(|_| !self.is_lenient))))
    }

    fn object_stream(&self, number: u32, depth: u32) -> Result<std::sync::Arc<ObjectStream>> {
        /// In bytes. Writers put a hundred objects into one.
        const LARGEST: usize = 16 << 20;
        if let Some(known) = self.cache.get(number) {
            return Ok(known);
        }
        let damaged = || Error::new(Kind::PdfDamaged, format!("object {number} is not an object stream"));
        let Some(Place::At { offset, generation }) = self.xref.place(number) else { return Err(damaged()) };
        let id = Id { number, generation };
        let Indirect::Stream(stream) = self.load_at(id, offset, depth + 4)? else { return Err(damaged()) };
        let count = stream.dict.get("N").and_then(Object::integer).and_then(|count| usize::try_from(count).ok());
        let first = stream.dict.get("First").and_then(Object::integer).and_then(|first| usize::try_from(first).ok());
        let (Some(count), Some(first)) = (count, first) else { return Err(damaged()) };
        let read = ObjectStream::read(self.decode(&stream, LARGEST)?, count, first).ok_or_else(damaged)?;
        Ok(self.cache.put(number, read))
    }

    /// The numbers of the objects of an object stream, in its order.
    pub(in crate::pdf) fn numbers_within(&self, stream: u32) -> Result<Vec<u32>> {
        Ok(self.object_stream(stream, 0)?.numbers().collect())
    }

    /// A dictionary with its references followed, some levels deep: what an encryption dictionary needs.
    fn flatten(&self, dict: &Dict, depth: u32) -> Result<Dict> {
        let mut flat = Dict::default();
        for (key, value) in dict.0.iter().take(100) {
            let value = match self.resolve(value)?.into_owned() {
                Object::Dict(inner) if depth < DEEPEST_FLAT => Object::Dict(self.flatten(&inner, depth + 1)?),
                other => other,
            };
            flat.0.push((key.clone(), value));
        }
        Ok(flat)
    }
}

fn damaged(number: u32, why: &str) -> Error {
    Error::new(Kind::PdfDamaged, format!("object {number} {why}"))
}

fn wrong_length(number: u32) -> Error {
    damaged(number, "is a stream that does not end where its /Length says")
}
