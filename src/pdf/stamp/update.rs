use std::collections::HashSet;

use sha2::{Digest, Sha256};

use crate::error::{Error, Kind, Result};
use crate::pdf::document::file::File;
use crate::pdf::document::xref::Manner;
use crate::pdf_objects::{Dict, Id, NewObject, Object, write};

/// An incremental update (ISO 32000-1, 7.5.6): the file as it is, and behind it what is new or changed.
pub(in crate::pdf) struct Update<'a> {
    file: &'a File,
    bytes: Vec<u8>,
    written: Vec<(Id, usize)>,
    /// The numbers of the file's objects that are changed.
    changed: HashSet<u32>,
    next: u32,
}

impl<'a> Update<'a> {
    pub(in crate::pdf) fn new(file: &'a File) -> Result<Self> {
        /// What two codes, their labels and the letters take.
        const USUAL: usize = 32 << 10;
        let mut bytes = Vec::with_capacity(file.bytes().len() + USUAL);
        bytes.extend_from_slice(file.bytes());
        if !matches!(bytes.last(), Some(b'\n' | b'\r')) {
            bytes.push(b'\n');
        }
        Ok(Self { file, bytes, written: Vec::new(), changed: HashSet::new(), next: file.xref.next_number()? })
    }

    /// A number that no object has.
    pub(in crate::pdf) fn reserve(&mut self) -> Id {
        let number = self.next;
        self.next += 1;
        Id { number, generation: 0 }
    }

    /// The first of several numbers that follow each other.
    pub(in crate::pdf) fn reserve_several(&mut self, count: u32) -> Id {
        let number = self.next;
        self.next += count;
        Id { number, generation: 0 }
    }

    /// Writes an object that is new, or in the place of one of the file.
    ///
    /// # Errors
    /// `pdf_damaged` for one that is written already: it is two things at once, and the codes would be in one of them only.
    pub(in crate::pdf) fn object(&mut self, id: Id, mut object: Object) -> Result<()> {
        if !self.changed.insert(id.number) {
            let why = "is two things at once, of which only one can be changed";
            return Err(Error::new(Kind::PdfDamaged, format!("object {} {why}", id.number)));
        }
        if let Some(crypt) = &self.file.crypt {
            crypt.encrypt_strings(id, &mut object)?;
        }
        let before = self.bytes.len();
        self.begin(id);
        write::object(&mut self.bytes, &object);
        self.bytes.extend(b"\nendobj\n");
        // What pages share and each gets a copy of may be much more than the file.
        self.file.spend(self.bytes.len() - before)
    }

    /// A stream of bytes that are not filtered.
    pub(in crate::pdf) fn stream(&mut self, id: Id, data: &[u8]) -> Result<()> {
        self.push(NewObject::stream(id, Dict::default(), data.to_vec()))
    }

    /// A new object, encrypted as the file is.
    pub(in crate::pdf) fn push(&mut self, object: NewObject) -> Result<()> {
        let NewObject { id, dict, data } = object;
        let Some(mut data) = data else { return self.object(id, dict.into()) };
        let mut dict = Object::Dict(dict);
        if let Some(crypt) = &self.file.crypt {
            crypt.encrypt_strings(id, &mut dict)?;
            data = crypt.encrypt_stream(id, &data)?;
        }
        self.write_stream(id, dict, &data);
        Ok(())
    }

    /// Ends the update with cross-references in the manner of the file.
    pub(in crate::pdf) fn finish(mut self) -> Result<Vec<u8>> {
        let mut trailer = self.file.xref.trailer.clone();
        for key in ["Type", "W", "Index", "Filter", "DecodeParms", "Length", "Prev", "XRefStm", "Size", "ID"] {
            trailer.remove(key);
        }
        if let Some(ids) = self.ids()? {
            trailer.set("ID", ids);
        }
        let anew = self.file.xref.anew();
        match anew {
            Some(_) => trailer.remove("Prev"),
            None => trailer.set("Prev", self.file.xref.start as i64),
        }
        let start = match self.file.xref.manner {
            Manner::Table => self.table(trailer, anew)?,
            Manner::Stream => self.xref_stream(trailer),
        };
        self.bytes.extend(format!("startxref\n{start}\n%%EOF\n").bytes());
        Ok(self.bytes)
    }

    fn begin(&mut self, id: Id) {
        self.written.push((id, self.offset()));
        self.bytes.extend(format!("{} {} obj\n", id.number, id.generation).bytes());
    }

    fn write_stream(&mut self, id: Id, dict: Object, data: &[u8]) {
        self.begin(id);
        if let Object::Dict(dict) = dict {
            write::dict(&mut self.bytes, &dict.with("Length", data.len() as i64));
        }
        write::stream(&mut self.bytes, data);
        self.bytes.extend(b"\nendobj\n");
    }

    /// Offsets count from the header, which may stand behind something else.
    fn offset(&self) -> usize {
        self.bytes.len() - (self.file.bytes().len() - self.file.data().len())
    }

    /// The file keeps its identity, and this state of it gets one by its content (ISO 32000-1, 14.4): no clock.
    fn ids(&self) -> Result<Option<Object>> {
        let Object::Array(ids) = self.file.value(&self.file.xref.trailer, "ID")?.into_owned() else {
            return Ok(None);
        };
        let [first, second] = ids.as_slice() else { return Ok(None) };
        let mut hash = Sha256::new();
        for id in [first, second] {
            hash.update(id.as_text().unwrap_or_default());
        }
        hash.update(self.file.bytes().len().to_be_bytes());
        hash.update(self.bytes.get(self.file.bytes().len()..).unwrap_or_default());
        let second: Box<[u8]> = hash.finalize().iter().copied().take(16).collect();
        Ok(Some(Object::Array(vec![first.clone(), Object::Text(second)])))
    }

    /// Runs of numbers that follow each other.
    fn runs(&mut self) -> Vec<Vec<(Id, usize)>> {
        self.written.sort_unstable();
        let mut runs: Vec<Vec<(Id, usize)>> = Vec::new();
        for &(id, offset) in &self.written {
            match runs.last_mut().filter(|run| run.last().is_some_and(|(last, _)| last.number + 1 == id.number)) {
                Some(run) => run.push((id, offset)),
                None => runs.push(vec![(id, offset)]),
            }
        }
        runs
    }

    /// `before` are the objects of the file, if the table is to need none before it.
    fn table(&mut self, trailer: Dict, before: Option<Vec<(Id, usize)>>) -> Result<usize> {
        /// Ten digits.
        const FARTHEST: usize = 9_999_999_999;
        let start = self.offset();
        if start > FARTHEST {
            return Err(Error::new(Kind::PdfLimits, "the PDF is larger than ten gigabytes"));
        }
        self.bytes.extend(b"xref\n");
        if let Some(before) = before {
            write::table(&mut self.bytes, 0, [None].into_iter());
            let changed: HashSet<u32> = self.written.iter().map(|(id, _)| id.number).collect();
            self.written.extend(before.into_iter().filter(|(id, _)| !changed.contains(&id.number)));
        }
        for run in self.runs() {
            let first = run.first().map_or(0, |(id, _)| id.number as usize);
            write::table(&mut self.bytes, first, run.iter().map(|(id, offset)| Some((*offset as u64, id.generation))));
        }
        self.bytes.extend(b"trailer\n");
        write::dict(&mut self.bytes, &trailer.with("Size", i64::from(self.next)));
        self.bytes.push(b'\n');
        Ok(start)
    }

    fn xref_stream(&mut self, trailer: Dict) -> usize {
        let start = self.offset();
        let id = self.reserve();
        self.written.push((id, start));
        let (mut rows, mut index) = (Vec::new(), Vec::new());
        for run in self.runs() {
            index.push(Object::Integer(run.first().map_or(0, |(id, _)| id.number.into())));
            index.push(Object::Integer(run.len() as i64));
            for (id, offset) in run {
                rows.push(1);
                rows.extend((offset as u64).to_be_bytes().iter().skip(3));
                rows.extend(id.generation.to_be_bytes());
            }
        }
        let dict = trailer
            .with("Type", Object::name("XRef"))
            .with("Size", i64::from(self.next))
            .with("W", [1, 5, 2].map(Object::Integer).to_vec())
            .with("Index", index);
        // Never encrypted. The list is complete: this stream itself stands in it.
        self.write_stream(id, Object::Dict(dict), &rows);
        start
    }
}
