//! Well-formed XML 1.0 with namespaces, and nothing less: quick-xml finds the tokens, this module checks
//! what quick-xml leaves to its caller.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::events::Event;

use super::characters::{Character, is_space};
use super::namespaces::{Namespaces, is_declaration};
use super::tag::{Attributes, QName};
use crate::error::Kind;

/// Who is told what the document holds, in its order.
pub(super) trait Visitor {
    /// An element starts: its namespace and its name without a prefix.
    fn open(&mut self, namespace: &str, local: &str) -> Result<(), (Kind, String)>;
    /// Text directly inside the innermost element, references resolved. May come in pieces.
    fn text(&mut self, text: &str);
    /// The innermost element ends.
    fn close(&mut self) -> Result<(), (Kind, String)>;
}

/// What is wrong, and at which byte of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Flaw {
    pub(super) kind: Kind,
    pub(super) message: String,
    pub(super) offset: usize,
}

/// What is well-formed and yet refused by KSeF, the first of each.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) processing_instruction: Option<Flaw>,
    pub(super) discouraged_reference: Option<Flaw>,
}

/// Reads the whole document, to the last byte. Characters that may not stand in XML at all are the caller's
/// to look for (`characters::scan`); references to them are found here.
pub(super) fn walk(text: &str, visitor: &mut impl Visitor) -> Result<Findings, Flaw> {
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    config.check_comments = true;
    config.expand_empty_elements = false;
    let mut walker = Walker {
        namespaces: Namespaces::default(),
        attributes: Vec::new(),
        open: Vec::new(),
        root_seen: false,
        findings: Findings::default(),
        visitor,
    };
    loop {
        let from = position(&reader, text);
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(error) => {
                let kind =
                    if matches!(error, quick_xml::Error::Syntax(_)) { Kind::Truncated } else { Kind::NotWellFormed };
                return Err(Flaw { kind, message: error.to_string(), offset: from });
            }
        };
        let source = &text[from..position(&reader, text)];
        if matches!(event, Event::Eof) {
            return walker.finish(text.len());
        }
        walker.take(event, source, from).map_err(|(kind, message)| Flaw { kind, message, offset: from })?;
    }
}

fn position(reader: &Reader<&[u8]>, text: &str) -> usize {
    usize::try_from(reader.buffer_position()).map_or(text.len(), |position| position.min(text.len()))
}

struct Walker<'x, 'v, V> {
    namespaces: Namespaces<'x>,
    /// The names of the tag at hand; kept for its allocation.
    attributes: Vec<QName<'x>>,
    open: Vec<&'x str>,
    root_seen: bool,
    findings: Findings,
    visitor: &'v mut V,
}

type Step = Result<(), (Kind, String)>;

fn ill_formed(message: impl Into<String>) -> (Kind, String) {
    (Kind::NotWellFormed, message.into())
}

impl<'x, V: Visitor> Walker<'x, '_, V> {
    fn take(&mut self, event: Event<'x>, source: &'x str, offset: usize) -> Step {
        match event {
            Event::Start(_) => self.start(strip(source, "<", ">")),
            Event::Empty(_) => {
                self.start(strip(source, "<", "/>"))?;
                self.end()
            }
            Event::End(_) => self.end(),
            Event::Text(_) => self.text(source),
            Event::CData(_) => self.cdata(strip(source, "<![CDATA[", "]]>")),
            Event::GeneralRef(_) => self.reference(strip(source, "&", ";"), offset),
            Event::Comment(_) => comment(strip(source, "<!--", "-->")),
            Event::Decl(_) if offset == 0 => declaration(strip(source, "<?xml", "?>")),
            Event::Decl(_) => Err(ill_formed("an XML declaration stands at the very start of a file or nowhere")),
            Event::PI(_) => self.processing_instruction(strip(source, "<?", "?>"), offset),
            Event::DocType(_) => Err((Kind::Doctype, "the file has a DOCTYPE".to_owned())),
            Event::Eof => Ok(()),
        }
    }

    fn start(&mut self, inside: &'x str) -> Step {
        if self.open.is_empty() && self.root_seen {
            return Err(ill_formed("there is a second root element"));
        }
        self.root_seen = true;
        let name_end = inside.bytes().position(is_space).unwrap_or(inside.len());
        let (name_text, attributes) = inside.split_at(name_end);
        let name = QName::parse(name_text).map_err(ill_formed)?;
        self.open.push(name_text);
        self.namespaces.open();
        if !attributes.is_empty() {
            self.attributes(attributes)?;
        }
        let namespace = self.namespaces.of_element(name).map_err(ill_formed)?;
        self.visitor.open(namespace, name.local)
    }

    fn attributes(&mut self, text: &'x str) -> Step {
        self.attributes.clear();
        for attribute in Attributes::of(text) {
            let attribute = attribute.map_err(ill_formed)?;
            let value = resolve(attribute.value).map_err(ill_formed)?;
            if is_declaration(attribute.name) {
                self.namespaces.declare(attribute.name, value).map_err(ill_formed)?;
            }
            self.attributes.push(attribute.name);
        }
        self.attributes_are_distinct()
    }

    /// No name twice, and no two prefixes that make the same name. Sorted, so that a tag with a hundred
    /// thousand attributes is no way to stop the program.
    fn attributes_are_distinct(&mut self) -> Step {
        let mut names = Vec::with_capacity(self.attributes.len());
        for &name in self.attributes.iter() {
            let namespace = match name.prefix {
                "" | "xmlns" => name.prefix,
                prefix => self.namespaces.of_prefix(prefix).map_err(ill_formed)?,
            };
            names.push((namespace, name.local));
        }
        names.sort_unstable();
        match names.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => Err(ill_formed(format!("the attribute {:?} stands twice in one tag", pair[0].1))),
            None => Ok(()),
        }
    }

    fn end(&mut self) -> Step {
        // quick-xml has matched the names; a tag that closes nothing is its error too.
        self.open.pop();
        self.namespaces.close();
        self.visitor.close()
    }

    fn text(&mut self, text: &str) -> Step {
        if self.open.is_empty() {
            return match text.bytes().all(is_space) {
                true => Ok(()),
                false => Err(ill_formed("there is text outside the root element")),
            };
        }
        if text.contains("]]>") {
            return Err(ill_formed("]]> may not stand in text"));
        }
        self.visitor.text(text);
        Ok(())
    }

    fn cdata(&mut self, text: &str) -> Step {
        if self.open.is_empty() {
            return Err(ill_formed("there is text outside the root element"));
        }
        self.visitor.text(text);
        Ok(())
    }

    fn reference(&mut self, name: &str, offset: usize) -> Step {
        if self.open.is_empty() {
            return Err(ill_formed("there is text outside the root element"));
        }
        let c = referenced(name).map_err(ill_formed)?;
        if Character::of(c) == Character::Discouraged {
            let message = format!("the reference &{name}; stands for a character that XML 1.0 discourages");
            let flaw = Flaw { kind: Kind::DiscouragedCharacter, message, offset };
            self.findings.discouraged_reference.get_or_insert(flaw);
        }
        self.visitor.text(c.encode_utf8(&mut [0; 4]));
        Ok(())
    }

    fn processing_instruction(&mut self, inside: &str, offset: usize) -> Step {
        let target = inside.split([' ', '\t', '\r', '\n']).next().unwrap_or_default();
        QName::parse(target).map_err(|message| ill_formed(format!("processing instruction: {message}")))?;
        if target.eq_ignore_ascii_case("xml") {
            return Err(ill_formed("a processing instruction may not be called xml"));
        }
        let message = format!("the file has a processing instruction, <?{target} ...?>");
        self.findings.processing_instruction.get_or_insert(Flaw { kind: Kind::ProcessingInstruction, message, offset });
        Ok(())
    }

    fn finish(self, end: usize) -> Result<Findings, Flaw> {
        let flaw = |kind, message| Err(Flaw { kind, message, offset: end });
        match self.open.last() {
            Some(name) => flaw(Kind::Truncated, format!("the file ends inside <{name}>: was it cut off?")),
            None if !self.root_seen => flaw(Kind::NotWellFormed, "there is no root element: is this XML?".to_owned()),
            None => Ok(self.findings),
        }
    }
}

fn strip<'x>(source: &'x str, start: &str, end: &str) -> &'x str {
    // quick-xml has matched both; an end that belongs to neither leaves the text as it is, to be refused.
    source.strip_prefix(start).and_then(|rest| rest.strip_suffix(end)).unwrap_or(source)
}

fn comment(inside: &str) -> Step {
    match inside.contains("--") || inside.ends_with('-') {
        true => Err(ill_formed("-- may not stand in a comment")),
        false => Ok(()),
    }
}

/// `version`, then perhaps `encoding`, then perhaps `standalone` (XML 1.0, section 2.8).
fn declaration(inside: &str) -> Step {
    let mut expected = ["version", "encoding", "standalone"].into_iter();
    for attribute in Attributes::of(inside) {
        let attribute = attribute.map_err(ill_formed)?;
        let in_order = attribute.name.prefix.is_empty() && expected.any(|name| name == attribute.name.local);
        let value = attribute.value;
        match attribute.name.local {
            "version" if in_order && value == "1.0" => {}
            "version" if in_order => return Err(ill_formed(format!("this is XML {value}, KSeF takes XML 1.0"))),
            "encoding" if in_order && value.eq_ignore_ascii_case("UTF-8") => {}
            "encoding" if in_order => {
                return Err((Kind::WrongEncoding, format!("the XML declaration says that the encoding is {value:?}")));
            }
            "standalone" if in_order && matches!(value, "yes" | "no") => {}
            _ => return Err(ill_formed("the XML declaration is malformed")),
        }
    }
    let versioned = expected.len() < 3 && trimmed_starts_with_version(inside);
    if versioned { Ok(()) } else { Err(ill_formed("the XML declaration names no version")) }
}

fn trimmed_starts_with_version(inside: &str) -> bool {
    inside.trim_start_matches([' ', '\t', '\r', '\n']).starts_with("version")
}

/// Resolves the references of an attribute's value.
fn resolve(value: &str) -> Result<Cow<'_, str>, String> {
    if !value.contains('&') {
        return Ok(Cow::Borrowed(value));
    }
    let mut pieces = value.split('&');
    let mut resolved = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (name, after) = piece.split_once(';').ok_or("an & starts no reference")?;
        resolved.push(referenced(name)?);
        resolved.push_str(after);
    }
    Ok(Cow::Owned(resolved))
}

/// The character that a reference stands for: one of the five of XML 1.0, section 4.6, or a number. Without a
/// DOCTYPE there are no others.
fn referenced(name: &str) -> Result<char, String> {
    let code = match name {
        "amp" => return Ok('&'),
        "lt" => return Ok('<'),
        "gt" => return Ok('>'),
        "apos" => return Ok('\''),
        "quot" => return Ok('"'),
        _ => match name.strip_prefix('#') {
            Some(number) => match number.strip_prefix('x') {
                Some(hex) if hex.bytes().all(|b| b.is_ascii_hexdigit()) => u32::from_str_radix(hex, 16).ok(),
                None if number.bytes().all(|b| b.is_ascii_digit()) => number.parse().ok(),
                _ => None,
            },
            None => return Err(format!("the entity &{name}; is not declared")),
        },
    };
    code.and_then(char::from_u32)
        .filter(|&c| Character::of(c) != Character::Forbidden)
        .ok_or_else(|| format!("the reference &{name}; stands for no character"))
}
