use std::collections::BTreeMap;
use std::fmt;

use fastxml::schema::{FetchResult, Schema, SchemaFetcher};
use quick_xml::Reader;
use quick_xml::events::Event;

use super::plain::plain;

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

    /// The same made [`plain`]: the document that it takes, the schema takes too; it may refuse more.
    pub(super) fn compile_plain(&self, path: &str) -> fastxml::Result<Schema> {
        self.compile_with(path, &PlainFolder(self), |bytes| plain(&bytes))
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
struct PlainFolder<'f>(&'f Folder);

impl SchemaFetcher for PlainFolder<'_> {
    fn fetch(&self, url: &str) -> fastxml::Result<FetchResult> {
        let found = self.0.fetch(url)?;
        Ok(FetchResult { content: plain(&found.content), ..found })
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
