use std::collections::BTreeMap;
use std::fmt;

use fastxml::schema::{FetchResult, Schema, SchemaFetcher};
use quick_xml::Reader;
use quick_xml::events::Event;

const SCHEME: &str = "file:///";

/// The files of a folder, by path, each with its target namespace.
pub(super) struct Folder(BTreeMap<String, File>);

struct File {
    bytes: Vec<u8>,
    namespace: Option<String>,
}

impl Folder {
    pub(super) fn new(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Self {
        let files = files.into_iter().map(|(path, bytes)| {
            let namespace = target_namespace(&bytes);
            (path, File { bytes, namespace })
        });
        Self(files.collect())
    }

    /// The paths of the schemas with this target namespace.
    pub(super) fn of_namespace(&self, namespace: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(_, file)| file.namespace.as_deref() == Some(namespace)).map(|(path, _)| &**path)
    }

    /// Compiles a schema with all that it imports.
    pub(super) fn compile(&self, path: &str) -> fastxml::Result<Schema> {
        self.compile_with(path, self, |bytes| bytes)
    }

    /// The same with [`plain_digits`]: the document that it takes, the schema takes too; it may refuse more.
    pub(super) fn compile_plain(&self, path: &str) -> fastxml::Result<Schema> {
        self.compile_with(path, &PlainDigits(self), |bytes| plain_digits(&bytes))
    }

    fn compile_with(
        &self,
        path: &str,
        fetcher: &impl SchemaFetcher,
        make: impl Fn(Vec<u8>) -> Vec<u8>,
    ) -> fastxml::Result<Schema> {
        let bytes = self.0.get(path).map(|file| file.bytes.clone()).unwrap_or_default();
        Schema::builder().add(format!("{SCHEME}{}", encode(path)), make(bytes)).resolve_with(fetcher)
    }
}

#[derive(Debug)]
struct PlainDigits<'f>(&'f Folder);

impl SchemaFetcher for PlainDigits<'_> {
    fn fetch(&self, url: &str) -> fastxml::Result<FetchResult> {
        let found = self.0.fetch(url)?;
        Ok(FetchResult { content: plain_digits(&found.content), ..found })
    }
}

/// A schema in whose patterns `\d` means the ten digits of ASCII. It means those of all alphabets, of which the
/// machine that finds them is large: fastxml makes those machines anew for each document, and spends most of its time on it. A
/// pattern in which a class is turned round or taken away from stays as it is: it could take more than before.
fn plain_digits(schema: &[u8]) -> Vec<u8> {
    const START: &str = "pattern value=\"";

    let Ok(text) = std::str::from_utf8(schema) else { return schema.to_vec() };
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
    plain.into_bytes()
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

impl SchemaFetcher for Folder {
    fn fetch(&self, url: &str) -> fastxml::Result<FetchResult> {
        let location = decode(url);
        let path = location.strip_prefix(SCHEME).unwrap_or(&location);
        let name = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
        // Schemas as the Ministry publishes them import from the network; beside them, or nowhere.
        let same_name = || self.0.iter().find(|(known, _)| name(known) == name(path));
        let (found, file) = self
            .0
            .get_key_value(path)
            .or_else(same_name)
            .ok_or_else(|| fastxml::Error::InvalidOperation(format!("{path} is not in the folder")))?;
        let final_url = format!("{SCHEME}{}", encode(found));
        Ok(FetchResult { content: file.bytes.clone(), redirected: final_url != url, final_url })
    }
}

impl fmt::Debug for Folder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// The `targetNamespace` of the first element.
fn target_namespace(bytes: &[u8]) -> Option<String> {
    let mut reader = Reader::from_reader(bytes);
    let mut buffer = Vec::new();
    loop {
        match reader.read_event_into(&mut buffer).ok()? {
            Event::Start(start) | Event::Empty(start) => {
                let attribute = start.try_get_attribute("targetNamespace").ok()??;
                return Some(attribute.value.into_owned());
            }
            Event::Eof => return None,
            _ => buffer.clear(),
        }
    }
}

/// A path as a URL has it.
fn encode(path: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/()".contains(&byte);
    let encoded = path.bytes().map(|byte| match is_plain(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    });
    encoded.collect()
}

fn decode(url: &str) -> String {
    let mut pieces = url.split('%');
    let mut bytes = pieces.next().unwrap_or_default().as_bytes().to_vec();
    for piece in pieces {
        match piece.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                bytes.extend_from_slice(&piece.as_bytes()[2..]);
            }
            None => {
                bytes.push(b'%');
                bytes.extend_from_slice(piece.as_bytes());
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_survive_as_urls() {
        for path in ["FA/schemat_FA(3)_v1-0E.xsd", "moje schematy/żółć 100%.xsd", "a%20b", "%", "%zz", ""] {
            assert_eq!(decode(&encode(path)), path);
        }
        assert_eq!(encode("ż a"), "%C5%BC%20a");
        assert_eq!(decode("a%zz%4"), "a%zz%4");
    }

    #[test]
    fn target_namespaces() {
        let of = |text: &str| target_namespace(text.as_bytes());
        assert_eq!(of("<?xml version='1.0'?><!-- x --><s targetNamespace='urn:a'>").as_deref(), Some("urn:a"));
        for none in ["", "x", "<s/>", "<s", "<!-- "] {
            assert_eq!(of(none), None, "{none}");
        }
    }

    #[test]
    fn digits_become_plain_where_that_takes_no_more() {
        let plain = |pattern: &str| {
            let schema = format!("<a/><xs:pattern value=\"{pattern}\"/><b c=\"\\d\"/>");
            let plain = String::from_utf8(plain_digits(schema.as_bytes())).unwrap();
            plain
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
        for odd in [&b"pattern value=\"\\d"[..], b"pattern value='\\d'", b"\xFF pattern value=\"\\d\"", b""] {
            assert_eq!(plain_digits(odd), odd);
        }
    }

    #[test]
    fn nothing_outside_is_fetched() {
        let folder = Folder::new([("FA/a.xsd".to_owned(), b"<a/>".to_vec())]);
        for url in ["file:///FA/a.xsd", "http://crd.gov.pl/xml/a.xsd", "file:///a.xsd"] {
            assert_eq!(folder.fetch(url).unwrap().content, b"<a/>", "{url}");
        }
        for url in ["file:///etc/passwd", "https://example.com/b.xsd", ""] {
            assert!(folder.fetch(url).is_err(), "{url}");
        }
    }
}
