//! Options whose values are known: a shell that completes words offers them.

use std::error::Error;
use std::ffi::OsStr;
use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use clap::ValueEnum;
use clap::builder::{EnumValueParser, PossibleValue, StringValueParser, TypedValueParser};
use ksef_qr::KsefNumber;
use ksef_qr::values::without_polish_mark;

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

/// Reads one of the words of an enumeration as people write it: in any capitals, with Polish letters or without, with
/// spaces and dashes or without. Its aliases are in plain letters.
pub struct WordOf<T>(PhantomData<fn() -> T>);

/// A parser for an option that takes one of these words.
pub const fn word_of<T>() -> WordOf<T> {
    WordOf(PhantomData)
}

impl<T> Clone for WordOf<T> {
    fn clone(&self) -> Self {
        word_of()
    }
}

impl<T: ValueEnum + Clone + Send + Sync + 'static> TypedValueParser for WordOf<T> {
    type Value = T;

    fn parse_ref(
        &self,
        command: &clap::Command,
        arg: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<Self::Value, clap::Error> {
        let written = plain(&value.to_string_lossy());
        let is_meant = |word: &&T| {
            word.to_possible_value()
                .is_some_and(|known| known.get_name_and_aliases().any(|name| plain(name) == written))
        };
        match T::value_variants().iter().find(is_meant) {
            Some(word) => Ok(word.clone()),
            None => EnumValueParser::<T>::new().parse_ref(command, arg, value),
        }
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(T::value_variants().iter().filter_map(ValueEnum::to_possible_value)))
    }
}

/// `awaria całkowita`, `Awaria-Calkowita`: `awariacalkowita`.
fn plain(text: &str) -> String {
    text.to_lowercase().chars().map(without_polish_mark).filter(|c| !matches!(c, ' ' | '-' | '_')).collect()
}

/// A KSeF number as people copy it: with white space around it, in small letters.
pub fn ksef_number(text: &str) -> ksef_qr::Result<KsefNumber> {
    KsefNumber::parse(&text.trim().to_ascii_uppercase()).or_else(|_| KsefNumber::parse(text))
}

/// `--env`.
pub const ENVIRONMENTS: &[&str] = &["prod", "demo", "test"];
