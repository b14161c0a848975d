//! The inside of a start tag: a name and its attributes, read as strictly as XML 1.0 is written.

use super::characters::{is_ncname, is_space};

/// A qualified name, both parts checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct QName<'x> {
    pub(super) prefix: &'x str,
    pub(super) local: &'x str,
}

impl<'x> QName<'x> {
    pub(super) fn parse(name: &'x str) -> Result<Self, String> {
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
        let name_end = trimmed.bytes().position(|b| b == b'=' || is_space(b)).unwrap_or(trimmed.len());
        let (name, rest) = trimmed.split_at(name_end);
        let name = QName::parse(name)?;
        let value = trim_start(rest).strip_prefix('=').map(trim_start);
        let quoted = value.and_then(|value| {
            let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
            value[1..].split_once(quote)
        });
        let Some((value, rest)) = quoted else {
            return Err(format!("the attribute {:?} has no value in quotes", name.local));
        };
        if value.contains('<') {
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

fn trim_start(text: &str) -> &str {
    text.trim_start_matches([' ', '\t', '\r', '\n'])
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
