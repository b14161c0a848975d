//! A document as a tree, for who wants all of it: elements, attributes and texts.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::references::{referenced, resolve};

/// An element, with what stands in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Element {
    /// The name without a prefix.
    pub(crate) name: String,
    /// Names without a prefix, and values. Declarations of namespaces, and what belongs to the namespace of schema instances, are
    /// left out: they are of the file, not of what it says.
    pub(crate) attributes: Vec<(String, String)>,
    /// The text directly inside, its pieces together.
    pub(crate) text: String,
    pub(crate) children: Vec<Element>,
}

/// Elements nested deeper than this are in no form of an invoice.
const DEEPEST: usize = 64;

impl Element {
    /// Reads a document that was found to be well-formed before. Nothing if it is nested deeper than any invoice is.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let mut reader = Reader::from_str(text.strip_prefix('\u{feff}').unwrap_or(text));
        let mut open = vec![Self::default()];
        loop {
            match reader.read_event().ok()? {
                Event::Start(start) if open.len() <= DEEPEST => open.push(Self::of(&start)),
                Event::Start(_) => return None,
                Event::Empty(start) => open.last_mut()?.children.push(Self::of(&start)),
                Event::End(_) => {
                    let done = open.pop()?;
                    open.last_mut()?.children.push(done);
                }
                Event::Text(piece) => open.last_mut()?.text.push_str(&piece),
                Event::CData(piece) => open.last_mut()?.text.push_str(&piece),
                Event::GeneralRef(name) => open.last_mut()?.text.push(referenced(&name).ok()?),
                Event::Eof => break,
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
            }
        }
        let mut whole = open.pop().filter(|_| open.is_empty())?;
        whole.children.pop()
    }

    /// The first child of this name.
    pub(crate) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The text without white space around it.
    pub(crate) fn value(&self) -> &str {
        self.text.trim()
    }

    fn of(start: &BytesStart<'_>) -> Self {
        let mut attributes = Vec::new();
        for attribute in start.attributes().with_checks(false).flatten() {
            let (key, prefix) = (attribute.key, attribute.key.prefix());
            let is_of_file = prefix.is_some_and(|prefix| matches!(prefix.as_ref(), "xmlns" | "xsi" | "xml"));
            if is_of_file || key.as_ref() == "xmlns" {
                continue;
            }
            let value = resolve(&attribute.value).map_or_else(|_| attribute.value.to_string(), Cow::into_owned);
            attributes.push((key.local_name().as_ref().to_owned(), value));
        }
        Self { name: start.local_name().as_ref().to_owned(), attributes, ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_stands_in_it_is_there() {
        let text = "\u{feff}<?xml version='1.0'?><!-- c --><a:F xmlns:a='u' xmlns='v' k='1 &amp; 2' \
                    xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:schemaLocation='x'>\n <b>5 &lt; <![CDATA[&6]]>&#x21;</b><c/></a:F>";
        let root = Element::read(text).unwrap();
        assert_eq!((root.name.as_str(), root.children.len()), ("F", 2));
        assert_eq!(root.attributes, [("k".to_owned(), "1 & 2".to_owned())]);
        assert_eq!(root.child("b").unwrap().value(), "5 < &6!");
        assert_eq!(root.child("c").unwrap().value(), "");
    }

    #[test]
    fn what_is_deeper_than_an_invoice_is_not_read() {
        let nested = |depth: usize| "<a>".repeat(depth) + &"</a>".repeat(depth);
        assert!(Element::read(&nested(DEEPEST)).is_some());
        assert!(Element::read(&nested(DEEPEST + 2)).is_none());
        assert!(Element::read(&nested(100_000)).is_none());
    }
}
