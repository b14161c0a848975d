//! Options whose values are known: a shell that completes words offers them.

use std::error::Error;
use std::ffi::OsStr;
use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};

/// Reads a value as its type does, and names the values that there are. The names are for completion; the type alone
/// decides what it takes.
pub struct OneOf<T> {
    names: &'static [&'static str],
    read: PhantomData<fn() -> T>,
}

/// A parser for an option that takes one of these.
pub const fn one_of<T>(names: &'static [&'static str]) -> OneOf<T> {
    OneOf { names, read: PhantomData }
}

// By hand: a derived one would ask the same of `T`.
impl<T> Clone for OneOf<T> {
    fn clone(&self) -> Self {
        one_of(self.names)
    }
}

impl<T> TypedValueParser for OneOf<T>
where
    T: FromStr<Err: Error + Send + Sync + 'static> + Clone + Send + Sync + fmt::Debug + 'static,
{
    type Value = T;

    fn parse_ref(
        &self,
        command: &clap::Command,
        arg: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<Self::Value, clap::Error> {
        StringValueParser::new().try_map(|text| text.parse::<T>()).parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.names.iter().map(PossibleValue::new)))
    }
}

/// `--env`.
pub const ENVIRONMENTS: &[&str] = &["prod", "demo", "test"];
