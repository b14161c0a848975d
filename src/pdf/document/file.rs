use std::borrow::Cow;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

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
    /// How many bytes may still be unpacked and searched, in all.
    budget: AtomicUsize,
}

/// Undoes filters: data, their names and parameters, how many bytes they may give.
type Decode = fn(&[u8], &[(Vec<u8>, Dict)], usize) -> Result<Vec<u8>>;

/// References that lead to references.
const MOST_STEPS: u32 = 16;

/// What all object streams, texts and attachments together may unpack to, beside ten times the file: some 0.3 s of work.
const BUDGET: usize = 64 << 20;

impl File {
    /// Reads the cross-references, and opens the encryption if there is any.
    ///
    /// # Errors
    /// `pdf_damaged`, `pdf_limits`, `pdf_encrypted`, `pdf_password_wrong`.
    pub(in crate::pdf) fn read(bytes: Vec<u8>, password: Option<&[u8]>) -> Result<Self> {
        /// Readers look for the header so far.
        const HEAD: usize = 1024;
        let head = bytes.get(..bytes.len().min(HEAD)).unwrap_or_default();
        let header = memchr::memmem::find(head, b"%PDF-")
            .ok_or_else(|| Error::new(Kind::PdfDamaged, "the file does not begin as a PDF does (%PDF-)"))?;
        let xref = Xref::read(bytes.get(header..).unwrap_or_default())?;
        let budget = AtomicUsize::new(bytes.len().saturating_mul(10).clamp(BUDGET, 4 * BUDGET));
        let mut file = Self { bytes, header, xref, crypt: None, cache: Cache::default(), budget };
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

    /// The same for content that is drawn: data that break off are `pdf_damaged`.
    pub(in crate::pdf) fn decode_whole(&self, stream: &Stream, limit: usize) -> Result<Vec<u8>> {
        self.decode_by(filter::decode_whole, stream, limit)
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
        let left = self.budget.load(Ordering::Relaxed);
        let decoded = decode(&raw, &filters, limit.min(left))?;
        // Each filter gives its own output, and only the last one's size is known here.
        self.spend(decoded.len().max(raw.len()))?;
        Ok(decoded)
    }

    /// Counts work against the budget.
    pub(in crate::pdf) fn spend(&self, work: usize) -> Result<()> {
        let left = self.budget.load(Ordering::Relaxed);
        let left = left.checked_sub(work).ok_or_else(|| {
            Error::new(Kind::PdfLimits, "the PDF asks for more work than its size explains".to_owned())
        })?;
        self.budget.store(left, Ordering::Relaxed);
        Ok(())
    }

    fn filters(&self, dict: &Dict) -> Result<Vec<(Vec<u8>, Dict)>> {
        let names = match self.value(dict, "Filter")?.into_owned() {
            Object::Array(names) => names,
            Object::Null => return Ok(Vec::new()),
            name => vec![name],
        };
        let parameters = match self.value(dict, "DecodeParms")?.into_owned() {
            Object::Array(parameters) => parameters,
            one => vec![one],
        };
        let mut filters = Vec::new();
        for (index, name) in names.iter().enumerate().take(16) {
            let name = self.resolve(name)?;
            let parameters = parameters.get(index).map(|one| self.dict(one)).transpose()?.flatten();
            filters.push((name.as_name().unwrap_or_default().to_vec(), parameters.unwrap_or_default()));
        }
        Ok(filters)
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
                let object = self.object_stream(stream, depth)?.object(id.number, index)?;
                Ok(Indirect::Plain(object))
            }
            _ => Ok(Indirect::Plain(Object::Null)),
        }
    }

    fn load_at(&self, id: Id, offset: usize, depth: u32) -> Result<Indirect> {
        let damaged = |why: &str| Error::new(Kind::PdfDamaged, format!("object {} {why}", id.number));
        let (found, mut object, start) = xref::indirect(self.data(), offset)?;
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
        let data = self
            .stream_data(start, length)
            .ok_or_else(|| damaged("is a stream that does not end where its /Length says"))?;
        Ok(Indirect::Stream(Stream { id, dict, data }))
    }

    /// Where a stream's bytes lie. Readers search for the end of a stream of a wrong length, each in its own way: what
    /// one of them finds says nothing of the others.
    fn stream_data(&self, start: usize, length: Option<i64>) -> Option<Range<usize>> {
        let end = start.checked_add(usize::try_from(length?).ok()?)?;
        xref::ends(self.data(), end).then_some(start..end)
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

    /// A dictionary with its references followed, some levels deep: what an encryption dictionary needs.
    fn flatten(&self, dict: &Dict, depth: u32) -> Result<Dict> {
        let mut flat = Dict::default();
        for (key, value) in dict.0.iter().take(100) {
            let value = match self.resolve(value)?.into_owned() {
                Object::Dict(inner) if depth < 3 => Object::Dict(self.flatten(&inner, depth + 1)?),
                other => other,
            };
            flat.0.push((key.clone(), value));
        }
        Ok(flat)
    }
}
