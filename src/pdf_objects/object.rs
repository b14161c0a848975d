use std::ops::Range;

/// The number and generation of an indirect object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Id {
    pub(super) number: u32,
    pub(super) generation: u16,
}

/// A value of a PDF (ISO 32000-1, 7.3).
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Object {
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
    pub(super) fn name(name: &str) -> Self {
        Self::Name(name.as_bytes().into())
    }

    pub(super) fn integer(&self) -> Option<i64> {
        match self {
            Self::Integer(value) => Some(*value),
            Self::Real(value) if value.fract() == 0.0 && value.abs() < 1e15 => Some(*value as i64),
            _ => None,
        }
    }

    pub(super) fn number(&self) -> Option<f64> {
        match self {
            Self::Integer(value) => Some(*value as f64),
            Self::Real(value) => Some(*value),
            _ => None,
        }
    }

    pub(super) fn as_name(&self) -> Option<&[u8]> {
        if let Self::Name(name) = self { Some(name) } else { None }
    }

    pub(super) fn as_text(&self) -> Option<&[u8]> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    pub(super) fn as_array(&self) -> Option<&[Self]> {
        if let Self::Array(items) = self { Some(items) } else { None }
    }

    pub(super) fn as_dict(&self) -> Option<&Dict> {
        if let Self::Dict(dict) = self { Some(dict) } else { None }
    }

    pub(super) fn as_reference(&self) -> Option<Id> {
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
pub(super) struct Dict(pub(super) Vec<(Box<[u8]>, Object)>);

impl Dict {
    /// The value of a key; of a key that stands there twice, the last, as most readers take it.
    pub(super) fn get(&self, key: &str) -> Option<&Object> {
        self.0.iter().rev().find(|(known, _)| **known == *key.as_bytes()).map(|(_, value)| value)
    }

    /// Replaces a value, or adds it at the end.
    pub(super) fn set(&mut self, key: &str, value: impl Into<Object>) {
        self.remove(key);
        self.0.push((key.as_bytes().into(), value.into()));
    }

    pub(super) fn remove(&mut self, key: &str) {
        self.0.retain(|(known, _)| **known != *key.as_bytes());
    }

    pub(super) fn with(mut self, key: &str, value: impl Into<Object>) -> Self {
        self.set(key, value);
        self
    }

    pub(super) fn is(&self, key: &str, name: &str) -> bool {
        self.get(key).and_then(Object::as_name) == Some(name.as_bytes())
    }
}

/// A stream: its dictionary, and where its bytes lie in the file.
#[derive(Clone, Debug)]
pub(super) struct Stream {
    pub(super) id: Id,
    pub(super) dict: Dict,
    pub(super) data: Range<usize>,
}

/// What an object number leads to.
#[derive(Clone, Debug)]
pub(super) enum Indirect {
    Plain(Object),
    Stream(Stream),
}
