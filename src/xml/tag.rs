//! The inside of a start tag: a name and its attributes, read as strictly as XML 1.0 is written.

use memchr::memchr;

use super::characters::{is_ncname, is_space};
use super::plain_name::plain_name_end;

/// A qualified name, both parts checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct QName<'x> {
    pub(super) prefix: &'x str,
    pub(super) local: &'x str,
}

impl<'x> QName<'x> {
    pub(super) fn parse(name: &'x str) -> Result<Self, String> {
        if !name.is_empty() && plain_name_end(name.as_bytes(), 0) == name.len() {
            return Ok(Self { prefix: "", local: name });
        }
        let (prefix, local) = name.split_once(':').unwrap_or(("", name));
        // A colon at the start leaves an empty prefix, and is not a name either.
        if is_ncname(local) && (is_ncname(prefix) || prefix.is_empty() && !name.starts_with(':')) {
            Ok(Self { prefix, local })
        } else {
            Err(format!("{name:?} is not a name"))
        }
    }
}

/// One attribute, its value as it stands between the quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Attribute<'x> {
    pub(super) name: QName<'x>,
    pub(super) value: &'x str,
}

/// The attributes of a tag, from what follows its name. Ends after the first error.
pub(super) struct Attributes<'x> {
    rest: &'x str,
}

impl<'x> Attributes<'x> {
    pub(super) fn of(after_name: &'x str) -> Self {
        Self { rest: after_name }
    }

    fn parse_next(&mut self) -> Result<Option<Attribute<'x>>, String> {
        let trimmed = trim_start(self.rest);
        if trimmed.is_empty() {
            return Ok(None);
        }
        if trimmed.len() == self.rest.len() {
            return Err("attributes must be separated by a space".to_owned());
        }
        let name_end = end_of_name(trimmed, |byte| byte == b'=' || is_space(byte));
        let (name, rest) = trimmed.split_at(name_end);
        let name = QName::parse(name)?;
        let value = trim_start(rest).strip_prefix('=').map(trim_start);
        let quoted = value.and_then(|value| {
            let quote = value.bytes().next().filter(|quote| matches!(quote, b'"' | b'\''))?;
            let end = memchr(quote, &value.as_bytes()[1..])?;
            Some((&value[1..=end], &value[end + 2..]))
        });
        let Some((value, rest)) = quoted else {
            return Err(format!("the attribute {:?} has no value in quotes", name.local));
        };
        if memchr(b'<', value.as_bytes()).is_some() {
            return Err(format!("the value of the attribute {:?} holds a <", name.local));
        }
        self.rest = rest;
        Ok(Some(Attribute { name, value }))
    }
}

impl<'x> Iterator for Attributes<'x> {
    type Item = Result<Attribute<'x>, String>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.parse_next();
        if next.is_err() {
            self.rest = "";
        }
        next.transpose()
    }
}

/// Where a name ends that stands at the start of a text: before the first byte that `is_behind` names.
pub(super) fn end_of_name(text: &str, is_behind: impl Fn(u8) -> bool) -> usize {
    // Most names are plain ones, and end where those do.
    let plain = plain_name_end(text.as_bytes(), 0);
    text.bytes().skip(plain).position(is_behind).map_or(text.len(), |offset| plain + offset)
}

fn trim_start(text: &str) -> &str {
    let spaces = text.bytes().take_while(|&byte| is_space(byte)).count();
    &text[spaces..]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<(String, String)>, String> {
        Attributes::of(text)
            .map(|attribute| attribute.map(|a| (format!("{}|{}", a.name.prefix, a.name.local), a.value.to_owned())))
            .collect()
    }

    #[test]
    fn well_formed() {
        assert_eq!(read(" \n"), Ok(vec![]));
        let expected = vec![("|a".to_owned(), "1".to_owned()), ("x|b".to_owned(), "2>\"".to_owned())];
        assert_eq!(read(" a = \"1\"\n\tx:b='2>\"' "), Ok(expected));
    }

    #[test]
    fn ill_formed() {
        for bad in [
            " a",
            " a=",
            " a=1",
            " a=\"1",
            " a=\"1\"b=\"2\"",
            " a=\"<\"",
            " 1a=\"\"",
            " :a=\"\"",
            " a:=\"\"",
            " a:b:c=\"\"",
            " =\"\"",
            " /",
            "a=\"1\"",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
