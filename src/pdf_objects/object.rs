use std::ops::Range;

/// The number and generation of an indirect object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Id {
    pub(crate) number: u32,
    pub(crate) generation: u16,
}

impl Id {
    /// Of an object that was never replaced.
    pub(crate) const fn new(number: u32) -> Self {
        Self { number, generation: 0 }
    }

    /// The number that stands `count` after this one.
    pub(crate) const fn after(self, count: u32) -> Self {
        Self::new(self.number + count)
    }
}

/// A number in millionths at most: more are noise, and make files larger.
pub(crate) fn millionths(number: f64) -> f64 {
    (number * 1e6).round() / 1e6
}

/// A value of a PDF (ISO 32000-1, 7.3).
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Object {
    Null,
    Bool(bool),
    Integer(i64),
    /// Always finite.
    Real(f64),
    Name(Box<[u8]>),
    Text(Box<[u8]>),
    Array(Vec<Object>),
    Dict(Dict),
    Reference(Id),
}

impl Object {
    pub(crate) fn name(name: &str) -> Self {
        Self::Name(name.as_bytes().into())
    }

    pub(crate) fn text(text: &[u8]) -> Self {
        Self::Text(text.into())
    }

    /// A text that people read (ISO 32000-1, 7.9.2.2): in UTF-16 where ASCII is not enough.
    pub(crate) fn words(text: &str) -> Self {
        if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            return Self::text(text.as_bytes());
        }
        let units = std::iter::once(0xfeff).chain(text.encode_utf16());
        Self::Text(units.flat_map(u16::to_be_bytes).collect())
    }

    /// An array of numbers, each in millionths at most.
    pub(crate) fn numbers(numbers: &[f64]) -> Self {
        Self::Array(numbers.iter().map(|&number| Self::Real(millionths(number))).collect())
    }

    pub(crate) fn integer(&self) -> Option<i64> {
        match self {
            Self::Integer(value) => Some(*value),
            Self::Real(value) if value.fract() == 0.0 && value.abs() < 1e15 => Some(*value as i64),
            _ => None,
        }
    }

    pub(crate) fn number(&self) -> Option<f64> {
        match self {
            Self::Integer(value) => Some(*value as f64),
            Self::Real(value) => Some(*value),
            _ => None,
        }
    }

    pub(crate) fn as_name(&self) -> Option<&[u8]> {
        if let Self::Name(name) = self { Some(name) } else { None }
    }

    pub(crate) fn as_text(&self) -> Option<&[u8]> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    pub(crate) fn as_array(&self) -> Option<&[Self]> {
        if let Self::Array(items) = self { Some(items) } else { None }
    }

    pub(crate) fn as_dict(&self) -> Option<&Dict> {
        if let Self::Dict(dict) = self { Some(dict) } else { None }
    }

    pub(crate) fn as_reference(&self) -> Option<Id> {
        if let Self::Reference(id) = self { Some(*id) } else { None }
    }
}

impl From<f64> for Object {
    fn from(value: f64) -> Self {
        Self::Real(value)
    }
}

impl From<i64> for Object {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<Id> for Object {
    fn from(id: Id) -> Self {
        Self::Reference(id)
    }
}

impl From<Dict> for Object {
    fn from(dict: Dict) -> Self {
        Self::Dict(dict)
    }
}

impl From<Vec<Object>> for Object {
    fn from(items: Vec<Object>) -> Self {
        Self::Array(items)
    }
}

/// A dictionary, in the order of the file.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Dict(pub(crate) Vec<(Box<[u8]>, Object)>);

impl Dict {
    /// The value of a key; of a key that stands there twice, the last, as most readers take it.
    pub(crate) fn get(&self, key: &str) -> Option<&Object> {
        self.0.iter().rev().find(|(known, _)| **known == *key.as_bytes()).map(|(_, value)| value)
    }

    /// Replaces a value, or adds it at the end.
    pub(crate) fn set(&mut self, key: &str, value: impl Into<Object>) {
        self.remove(key);
        self.0.push((key.as_bytes().into(), value.into()));
    }

    pub(crate) fn remove(&mut self, key: &str) {
        self.0.retain(|(known, _)| **known != *key.as_bytes());
    }

    pub(crate) fn with(mut self, key: &str, value: impl Into<Object>) -> Self {
        self.set(key, value);
        self
    }

    pub(crate) fn is(&self, key: &str, name: &str) -> bool {
        self.get(key).and_then(Object::as_name) == Some(name.as_bytes())
    }
}

/// A stream that was read: its dictionary, and where its bytes lie in the file.
#[derive(Clone, Debug)]
pub(crate) struct Stream {
    pub(crate) id: Id,
    pub(crate) dict: Dict,
    pub(crate) data: Range<usize>,
    /// How many its dictionary says, if that is wrong.
    pub(crate) said: Option<usize>,
}

/// What an object number leads to.
#[derive(Clone, Debug)]
pub(crate) enum Indirect {
    Plain(Object),
    Stream(Stream),
}
