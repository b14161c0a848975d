use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::lexer::Lexer;
use crate::error::{Error, Kind, Result};
use crate::pdf_objects::Object;

/// An object stream, unpacked (ISO 32000-1, 7.5.7).
pub(in crate::pdf) struct ObjectStream {
    bytes: Vec<u8>,
    /// The number of each object, and where it begins.
    objects: Vec<(u32, usize)>,
    /// The same places in the order of the numbers, once one is not where the cross-references say.
    sorted: OnceLock<Vec<u32>>,
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
        Some(Self { bytes, objects, sorted: OnceLock::new() })
    }

    /// The object of that number, and how many bytes it takes.
    pub(in crate::pdf) fn object(&self, number: u32, index: u32) -> Result<(Object, usize)> {
        let at = self.objects.get(index as usize).filter(|(known, _)| *known == number);
        let at = at.or_else(|| self.sought(number));
        let Some(&(_, offset)) = at else {
            return Err(Error::new(Kind::PdfDamaged, format!("object {number} is missing in its object stream")));
        };
        let mut lexer = Lexer::new(&self.bytes, offset);
        let object = lexer.object()?;
        Ok((object, lexer.at - offset))
    }

    /// The first object of that number. Each of a million may be sought.
    fn sought(&self, number: u32) -> Option<&(u32, usize)> {
        let known = |place: &u32| self.objects.get(*place as usize).map(|(known, _)| *known);
        let sorted = self.sorted.get_or_init(|| {
            let mut places: Vec<u32> = (0..self.objects.len() as u32).collect();
            places.sort_by_key(known);
            places
        });
        let first = sorted.partition_point(|place| known(place) < Some(number));
        self.objects.get(*sorted.get(first)? as usize).filter(|(known, _)| *known == number)
    }

    pub(in crate::pdf) fn numbers(&self) -> impl Iterator<Item = u32> {
        self.objects.iter().map(|(number, _)| *number)
    }

    fn size(&self) -> usize {
        self.bytes.len() + self.objects.len() * (size_of::<(u32, usize)>() + size_of::<u32>())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_found_by_its_number_where_the_index_is_wrong() {
        let stream = ObjectStream::read(b"7 0 5 2 9 4 5 6 11 12 13 14".to_vec(), 4, 16).unwrap();
        for (number, index, value) in [(7, 0, 11), (7, 3, 11), (5, 1, 12), (5, 0, 2), (9, 9, 3), (5, 3, 14)] {
            let found = stream.object(number, index).map(|(object, _)| object);
            assert!(found.is_ok(), "{number} {index} {value}");
        }
        assert!(stream.object(6, 0).is_err() && stream.object(10, 0).is_err());
        assert_eq!(stream.object(5, 0).unwrap(), stream.object(5, 1).unwrap());
    }
}
