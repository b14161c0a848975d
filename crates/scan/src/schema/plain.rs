//! A schema that says the same in such a way that documents are validated in a fraction of the time.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// A schema that takes no document which this one does not take, as long as it has no `xsi:type`.
pub(super) fn plain(schema: &[u8]) -> Vec<u8> {
    let Ok(text) = std::str::from_utf8(schema) else { return schema.to_vec() };
    let text = plain_digits(text);
    named_types(&text).unwrap_or(text).into_bytes()
}

/// A schema in whose patterns `\d` means the ten digits of ASCII. It means those of all alphabets, of which the
/// machine that finds them is large: fastxml makes those machines anew for each document, and spends most of its time on it. A
/// pattern in which a class is turned round or taken away from stays as it is: it could take more than before.
fn plain_digits(text: &str) -> String {
    const START: &str = "pattern value=\"";

    let mut plain = String::with_capacity(text.len() + text.len() / 64);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(START) {
        let Some((pattern, after)) = after.split_once('"') else { break };
        plain.extend([before, START]);
        match pattern.contains("[^") || pattern.contains("-[") {
            true => plain.push_str(pattern),
            false => push_plain_digits(pattern, &mut plain),
        }
        plain.push('"');
        rest = after;
    }
    plain.push_str(rest);
    plain
}

fn push_plain_digits(pattern: &str, plain: &mut String) {
    let mut is_in_class = false;
    let mut signs = pattern.chars();
    while let Some(sign) = signs.next() {
        if sign != '\\' {
            is_in_class = sign == '[' || is_in_class && sign != ']';
            plain.push(sign);
            continue;
        }
        match signs.next() {
            Some('d') if is_in_class => plain.push_str("0-9"),
            Some('d') => plain.push_str("[0-9]"),
            escaped => {
                plain.push('\\');
                plain.extend(escaped);
            }
        }
    }
}

/// The schema with a name for each type that stands in the declaration of its element. fastxml looks into such a type by a copy of it, for
/// each element below; those that have names it finds. None for a schema that is written in another way than usual.
fn named_types(text: &str) -> Option<String> {
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Open<'_>> = Vec::new();
    let mut done = String::with_capacity(text.len() + text.len() / 16);
    let mut names = Names::default();
    let mut before = 0;
    loop {
        let event = reader.read_event().ok()?;
        let after = usize::try_from(reader.buffer_position()).ok()?;
        let raw = text.get(before..after)?;
        before = after;
        match event {
            Event::Start(start) if open.is_empty() => {
                names = Names::of_schema(&start, text)?;
                open.push(Open { tag: raw, kind: Kind::Other, inside: String::new(), given: None });
            }
            Event::Start(start) => {
                let kind = names.kind_of(&start)?;
                open.push(Open { tag: raw, kind, inside: String::new(), given: None });
            }
            Event::End(_) => {
                let ended = open.pop()?;
                let Some(parent) = open.last_mut() else {
                    done.extend([ended.tag, &ended.inside, &names.types, raw]);
                    continue;
                };
                match (ended.kind, parent.kind) {
                    (Kind::AnonymousType, Kind::UntypedElement) => {
                        let name = names.next();
                        names.types.push_str(&with_attribute(ended.tag, "name", &name)?);
                        names.types.extend([&ended.inside, raw]);
                        parent.given = Some(name);
                    }
                    _ => {
                        let tag = match ended.given {
                            Some(name) => with_attribute(ended.tag, "type", &format!("{}{name}", names.prefix))?,
                            None => ended.tag.to_owned(),
                        };
                        parent.inside.extend([&tag, &ended.inside, raw]);
                    }
                }
            }
            Event::Empty(start) if !open.is_empty() => {
                names.kind_of(&start)?;
                open.last_mut()?.inside.push_str(raw);
            }
            Event::Eof => return open.is_empty().then_some(done),
            _ => open.last_mut().map_or(&mut done, |parent| &mut parent.inside).push_str(raw),
        }
    }
}

/// An element whose end has not come.
struct Open<'t> {
    tag: &'t str,
    kind: Kind,
    inside: String,
    /// The name of its type, once that has one.
    given: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// `xs:element` that names no type.
    UntypedElement,
    /// `xs:complexType` without a name.
    AnonymousType,
    Other,
}

/// How names are written in a schema, and the types that have been given one.
#[derive(Default)]
struct Names {
    /// Of the schema's own elements, with its colon.
    of_schema: Vec<u8>,
    /// Of its target namespace, with its colon; empty if that is the default.
    prefix: String,
    /// Tells one file's names from those of another.
    file: u64,
    count: usize,
    types: String,
}

impl Names {
    fn of_schema(start: &BytesStart<'_>, text: &str) -> Option<Self> {
        let attribute = |name: &str| start.try_get_attribute(name).ok()?.map(|found| found.value.into_owned());
        let target = attribute("targetNamespace")?;
        let bound = start.attributes().filter_map(Result::ok).find(|bound| {
            let key = bound.key.as_ref();
            *bound.value == *target && (key == "xmlns" || key.starts_with("xmlns:"))
        })?;
        let prefix = bound.key.as_ref().strip_prefix("xmlns:").map(|prefix| format!("{prefix}:")).unwrap_or_default();
        let own = start.name().prefix().map(|prefix| [prefix.as_ref(), ":"].concat()).unwrap_or_default();
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        Some(Self { of_schema: own.into_bytes(), prefix, file: hasher.finish(), count: 0, types: String::new() })
    }

    /// None if names mean something else from here on.
    fn kind_of(&self, start: &BytesStart<'_>) -> Option<Kind> {
        let mut has = [false; 2];
        for attribute in start.attributes() {
            let key = attribute.ok()?.key;
            match key.as_ref() {
                "name" => has[0] = true,
                "type" | "ref" => has[1] = true,
                key if key.starts_with("xmlns") => return None,
                _ => {}
            }
        }
        let name = start.name();
        Some(match (name.as_ref().as_bytes().strip_prefix(&*self.of_schema)?, has) {
            (b"element", [true, false]) => Kind::UntypedElement,
            (b"complexType", [false, _]) => Kind::AnonymousType,
            _ => Kind::Other,
        })
    }

    fn next(&mut self) -> String {
        self.count += 1;
        format!("type-{}-{:x}", self.count, self.file)
    }
}

/// A start tag with one more attribute.
fn with_attribute(tag: &str, name: &str, value: &str) -> Option<String> {
    Some(format!("{} {name}=\"{value}\">", tag.strip_suffix('>')?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_become_plain_where_that_takes_no_more() {
        let plain = |pattern: &str| {
            let schema = format!("<a/><xs:pattern value=\"{pattern}\"/><b c=\"\\d\"/>");
            plain_digits(&schema)
                .strip_prefix("<a/><xs:pattern value=\"")
                .unwrap()
                .strip_suffix("\"/><b c=\"\\d\"/>")
                .unwrap()
                .to_owned()
        };
        for (pattern, expected) in [
            (r"-?([1-9]\d{0,15}|0)(\.\d{1,2})?", r"-?([1-9][0-9]{0,15}|0)(\.[0-9]{1,2})?"),
            (r"(\d|[A-Z]|\+|\*){1,12}", r"([0-9]|[A-Z]|\+|\*){1,12}"),
            (r"[\d+*]\d", r"[0-9+*][0-9]"),
            (r"[\[\d]\d", r"[\[0-9][0-9]"),
            (r"\\d\\\d", r"\\d\\[0-9]"),
            (r"[^\d]\d", r"[^\d]\d"),
            (r"[\d-[5]]", r"[\d-[5]]"),
            (r"\D\w.\", r"\D\w.\"),
            ("", ""),
        ] {
            assert_eq!(plain(pattern), expected);
        }
        for odd in ["pattern value=\"\\d", "pattern value='\\d'", ""] {
            assert_eq!(plain_digits(odd), odd);
        }
        assert_eq!(super::plain(b"\xFF pattern value=\"\\d\""), b"\xFF pattern value=\"\\d\"");
    }

    #[test]
    fn types_within_declarations_get_names() {
        let head = "<?xml version='1.0'?>\n<xs:schema xmlns:xs='x' xmlns:t='urn:t' targetNamespace='urn:t'>";
        let schema = format!(
            "{head}<xs:element name='a'><!-- > --><xs:complexType><xs:sequence><xs:element name='b' minOccurs='0'>\
             <xs:complexType mixed='true'><xs:all/></xs:complexType><xs:key name='k'/></xs:element>\
             <xs:element name='c' type='t:d'/></xs:sequence></xs:complexType></xs:element></xs:schema>\n"
        );
        let named = named_types(&schema).unwrap();
        let of_file = named.split("type-1-").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let expected = format!(
            "{head}<xs:element name='a' type=\"t:type-2\"><!-- > --></xs:element>\
             <xs:complexType mixed='true' name=\"type-1\"><xs:all/></xs:complexType>\
             <xs:complexType name=\"type-2\"><xs:sequence><xs:element name='b' minOccurs='0' type=\"t:type-1\"><xs:key name='k'/>\
             </xs:element><xs:element name='c' type='t:d'/></xs:sequence></xs:complexType></xs:schema>\n"
        );
        assert_eq!(named.replace(&format!("-{of_file}"), ""), expected);
    }

    #[test]
    fn what_is_written_in_another_way_stays() {
        for schema in [
            "",
            "<a",
            "<s/>",
            "<s targetNamespace='urn:t'></s>",
            "<s xmlns:t='urn:t' targetNamespace='urn:t'><element name='a' xmlns='y'><complexType></complexType></element></s>",
            "<x:s xmlns:t='urn:t' targetNamespace='urn:t'><element name='a'><complexType></complexType></element></x:s>",
            "<s xmlns:t='urn:t' targetNamespace='urn:t'><a></s>",
        ] {
            assert_eq!(named_types(schema).filter(|named| named != schema), None, "{schema}");
        }
    }
}
