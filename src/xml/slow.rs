//! The slow reader, which takes every document and finds every fault: quick-xml finds the tokens, this file checks what
//! quick-xml leaves to its caller. Documents without oddities never come this far: see `fast`.

use quick_xml::Reader;
use quick_xml::errors::SyntaxError;
use quick_xml::events::Event;

use super::characters::{Character, is_ncname, is_space};
use super::declaration::declaration;
use super::elements::Elements;
use super::references::referenced;
use super::visitor::{Flaw, Oddities, Step, Visitor};
use crate::error::Kind;

/// Reads a document to its last byte.
pub(crate) fn read_slowly<'x, V: Visitor<'x> + Default>(text: &'x str) -> Result<(V, Oddities), Flaw> {
    let mut visitor = V::default();
    let oddities = walk(text, &mut visitor)?;
    Ok((visitor, oddities))
}

/// The namespace and the name of a document's root element, whatever encoding it declares and whatever follows.
#[cfg(feature = "pdf")]
pub(crate) fn root_of(text: &str) -> Option<(String, String)> {
    #[derive(Default)]
    struct Root(Option<(String, String)>);
    impl Visitor<'_> for Root {
        fn open(&mut self, namespace: &str, local: &str) -> Step {
            self.0 = Some((namespace.to_owned(), local.to_owned()));
            Err((Kind::UnknownForm, String::new()))
        }
        fn text(&mut self, _text: &str) {}
        fn close(&mut self) -> Step {
            Ok(())
        }
    }
    let undeclared = text.strip_prefix("<?xml").and_then(|rest| rest.split_once("?>")).map(|(_, rest)| rest);
    let mut root = Root::default();
    _ = walk(undeclared.unwrap_or(text), &mut root);
    root.0
}

/// The same with a visitor that is there already, and hears where everything is.
pub(crate) fn walk<'x>(text: &'x str, visitor: &mut impl Visitor<'x>) -> Result<Oddities, Flaw> {
    // quick-xml would skip it without counting it, and every offset after it would be wrong.
    if text.starts_with('\u{FEFF}') {
        let message = "there is a second byte order mark".to_owned();
        return Err(Flaw { kind: Kind::NotWellFormed, message, offset: 0 });
    }
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    config.check_comments = true;
    config.expand_empty_elements = false;
    let mut walker = Walker { elements: Elements::default(), root_seen: false, oddities: Oddities::default(), visitor };
    loop {
        let from = position(&reader, text);
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(error) => {
                let (kind, message) = token_error(error);
                return Err(Flaw { kind, message, offset: from });
            }
        };
        let Some(source) = text.get(from..position(&reader, text)) else {
            let message = "the tokens that this file names cannot be distinguished".to_owned();
            return Err(Flaw { kind: Kind::NotWellFormed, message, offset: from });
        };
        if matches!(event, Event::Eof) {
            return walker.finish(text.len());
        }
        walker.take(&event, source, from).map_err(|(kind, message)| Flaw { kind, message, offset: from })?;
    }
}

/// What stopped quick-xml. Its syntax errors, all but one, say that something is still open at the end of the file.
fn token_error(error: quick_xml::Error) -> (Kind, String) {
    match error {
        quick_xml::Error::Syntax(error @ SyntaxError::InvalidBangMarkup) => (Kind::NotWellFormed, error.to_string()),
        quick_xml::Error::Syntax(error) => (Kind::Truncated, error.to_string()),
        quick_xml::Error::IllFormed(error) => (Kind::NotWellFormed, error.to_string()),
        error => (Kind::NotWellFormed, error.to_string()),
    }
}

fn position(reader: &Reader<&[u8]>, text: &str) -> usize {
    usize::try_from(reader.buffer_position()).map_or(text.len(), |position| position.min(text.len()))
}

struct Walker<'x, 'v, V> {
    elements: Elements<'x>,
    root_seen: bool,
    oddities: Oddities,
    visitor: &'v mut V,
}

fn ill_formed(message: impl Into<String>) -> (Kind, String) {
    (Kind::NotWellFormed, message.into())
}

impl<'x, V: Visitor<'x>> Walker<'x, '_, V> {
    fn take(&mut self, event: &Event<'x>, source: &'x str, offset: usize) -> Step {
        match event {
            Event::Start(_) => self.start(strip(source, "<", ">"), offset),
            Event::Empty(_) => {
                self.start(strip(source, "<", "/>"), offset)?;
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

    fn start(&mut self, inside: &'x str, offset: usize) -> Step {
        if self.elements.none_open() && self.root_seen {
            return Err(ill_formed("there is a second root element"));
        }
        self.root_seen = true;
        let (namespace, local) = self.elements.open(inside).map_err(ill_formed)?;
        self.visitor.at(offset);
        self.visitor.open(namespace, local)?;
        if self.elements.discouraged_reference() {
            self.note_discouraged("a reference in this tag", offset);
        }
        Ok(())
    }

    fn end(&mut self) -> Step {
        // quick-xml has matched the names; a tag that closes nothing is an error of its own.
        self.elements.close();
        self.visitor.close()
    }

    fn text(&mut self, text: &str) -> Step {
        if self.elements.none_open() {
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
        if self.elements.none_open() {
            return Err(ill_formed("there is text outside the root element"));
        }
        self.visitor.text(text);
        Ok(())
    }

    fn reference(&mut self, name: &str, offset: usize) -> Step {
        if self.elements.none_open() {
            return Err(ill_formed("there is text outside the root element"));
        }
        let c = referenced(name).map_err(ill_formed)?;
        if Character::of(c) == Character::Discouraged {
            self.note_discouraged(&format!("the reference &{name};"), offset);
        }
        self.visitor.text(c.encode_utf8(&mut [0; 4]));
        Ok(())
    }

    fn note_discouraged(&mut self, what: &str, offset: usize) {
        let message = format!("{what} stands for a character that XML 1.0 discourages");
        let flaw = Flaw { kind: Kind::DiscouragedCharacter, message, offset };
        self.oddities.discouraged_reference.get_or_insert(flaw);
    }

    fn processing_instruction(&mut self, inside: &str, offset: usize) -> Step {
        let target = inside.split([' ', '\t', '\r', '\n']).next().unwrap_or_default();
        if !is_ncname(target) {
            return Err(ill_formed(format!("processing instruction: {target:?} is not a name")));
        }
        if target.eq_ignore_ascii_case("xml") {
            return Err(ill_formed("a processing instruction may not be called xml"));
        }
        let message = format!("the file has a processing instruction, <?{target} ...?>");
        self.oddities.processing_instruction.get_or_insert(Flaw { kind: Kind::ProcessingInstruction, message, offset });
        Ok(())
    }

    fn finish(self, end: usize) -> Result<Oddities, Flaw> {
        let flaw = |kind, message| Err(Flaw { kind, message, offset: end });
        match self.elements.innermost() {
            Some(name) => flaw(Kind::Truncated, format!("the file ends inside <{name}>: was it cut off?")),
            None if !self.root_seen => flaw(Kind::NotWellFormed, "there is no root element: is this XML?".to_owned()),
            None => Ok(self.oddities),
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
