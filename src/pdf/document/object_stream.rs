use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::lexer::Lexer;
use crate::error::{Error, Kind, Result};
use crate::pdf_objects::Object;

/// An object stream, unpacked (ISO 32000-1, 7.5.7).
pub(in crate::pdf) struct ObjectStream {
    bytes: Vec<u8>,
    /// The number of each object, and where it begins.
    objects: Vec<(u32, usize)>,
}

impl ObjectStream {
    pub(in crate::pdf) fn read(bytes: Vec<u8>, count: usize, first: usize) -> Option<Self> {
        let mut lexer = Lexer::new(&bytes, 0);
        // Each takes four bytes at least: what is announced beyond that is not there.
        let mut objects = Vec::with_capacity(count.min(bytes.len() / 4));
        for _ in 0..count.min(bytes.len() / 4 + 1) {
            let number = u32::try_from(lexer.unsigned()?).ok()?;
            let offset = usize::try_from(lexer.unsigned()?).ok()?;
            objects.push((number, first.checked_add(offset)?));
        }
        Some(Self { bytes, objects })
    }

    /// The object of that number, and how many bytes it takes.
    pub(in crate::pdf) fn object(&self, number: u32, index: u32) -> Result<(Object, usize)> {
        let at = self.objects.get(index as usize).filter(|(known, _)| *known == number);
        let at = at.or_else(|| self.objects.iter().find(|(known, _)| *known == number));
        let Some(&(_, offset)) = at else {
            return Err(Error::new(Kind::PdfDamaged, format!("object {number} is missing in its object stream")));
        };
        let mut lexer = Lexer::new(&self.bytes, offset);
        let object = lexer.object()?;
        Ok((object, lexer.at - offset))
    }

    pub(in crate::pdf) fn numbers(&self) -> impl Iterator<Item = u32> {
        self.objects.iter().map(|(number, _)| *number)
    }

    fn size(&self) -> usize {
        self.bytes.len() + self.objects.len() * size_of::<(u32, usize)>()
    }
}

/// The object streams that were unpacked last.
#[derive(Default)]
pub(in crate::pdf) struct Cache(Mutex<(HashMap<u32, Arc<ObjectStream>>, usize)>);

/// In bytes.
const LARGEST_CACHE: usize = 24 << 20;

impl Cache {
    pub(in crate::pdf) fn get(&self, number: u32) -> Option<Arc<ObjectStream>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0.get(&number).cloned()
    }

    pub(in crate::pdf) fn put(&self, number: u32, stream: ObjectStream) -> Arc<ObjectStream> {
        let mut cache = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if cache.1 + stream.size() > LARGEST_CACHE {
            *cache = (HashMap::new(), 0);
        }
        cache.1 += stream.size();
        let stream = Arc::new(stream);
        cache.0.insert(number, Arc::clone(&stream));
        stream
    }
}
