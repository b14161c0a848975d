//! Which namespace a prefix stands for, at every depth (Namespaces in XML 1.0).

use std::borrow::Cow;

use super::tag::QName;

const XML: &str = "http://www.w3.org/XML/1998/namespace";
pub(super) const XMLNS: &str = "http://www.w3.org/2000/xmlns/";

/// An invoice declares a handful; one that declares thousands is made to slow down every look-up.
const MOST_IN_FORCE: usize = 256;

/// The declarations in force.
#[derive(Debug, Default)]
pub(super) struct Namespaces<'x> {
    bindings: Vec<Binding<'x>>,
    depth: usize,
}

#[derive(Debug)]
struct Binding<'x> {
    prefix: &'x str,
    uri: Cow<'x, str>,
    depth: usize,
}

impl<'x> Namespaces<'x> {
    /// Enters an element: what is declared from here on ends with it.
    pub(super) fn open(&mut self) {
        self.depth += 1;
    }

    /// Leaves an element.
    pub(super) fn close(&mut self) {
        while self.bindings.last().is_some_and(|binding| binding.depth == self.depth) {
            self.bindings.pop();
        }
        self.depth = self.depth.saturating_sub(1);
    }

    /// Takes an attribute if it is a declaration (`xmlns`, `xmlns:p`), its value given with references
    /// resolved.
    pub(super) fn declare(&mut self, name: QName<'x>, uri: Cow<'x, str>) -> Result<(), String> {
        let prefix = if name.prefix.is_empty() { "" } else { name.local };
        let rightful = match prefix {
            "xml" => uri == XML,
            "xmlns" => false,
            "" => uri != XML && uri != XMLNS,
            _ => !uri.is_empty() && uri != XML && uri != XMLNS,
        };
        if !rightful {
            return Err(format!("the prefix {prefix:?} may not stand for the namespace {uri:?}"));
        }
        if self.bindings.len() == MOST_IN_FORCE {
            return Err(format!("more than {MOST_IN_FORCE} namespaces are declared at once"));
        }
        self.bindings.push(Binding { prefix, uri, depth: self.depth });
        Ok(())
    }

    /// The namespace of an element: the default one if it has no prefix, the empty string if there is none.
    pub(super) fn of_element(&self, name: QName<'_>) -> Result<&str, String> {
        if name.prefix.is_empty() { Ok(self.unprefixed()) } else { self.of_prefix(name.prefix) }
    }

    /// The namespace of elements without a prefix.
    pub(super) fn unprefixed(&self) -> &str {
        // No comparison with the empty text, which stands at an address where nothing is: the C library compares by a masked load, and
        // that takes a hundred times as long from there as from anywhere else.
        self.bindings.iter().rev().find(|binding| binding.prefix.is_empty()).map_or("", |binding| &binding.uri)
    }

    /// The namespace that a prefix stands for.
    pub(super) fn of_prefix(&self, prefix: &str) -> Result<&str, String> {
        match prefix {
            "xml" => Ok(XML),
            "xmlns" => Err("the prefix \"xmlns\" names no element".to_owned()),
            _ => {
                let binding = self.bindings.iter().rev().find(|binding| binding.prefix == prefix);
                binding.map(|binding| &*binding.uri).ok_or_else(|| format!("the prefix {prefix:?} is not declared"))
            }
        }
    }
}

/// True if an attribute declares a namespace.
pub(super) fn is_declaration(name: QName<'_>) -> bool {
    name.prefix == "xmlns" || name.prefix.is_empty() && name.local == "xmlns"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> QName<'_> {
        QName::parse(text).unwrap()
    }

    #[test]
    fn inner_declarations_end_with_their_element() {
        let mut namespaces = Namespaces::default();
        namespaces.open();
        namespaces.declare(name("xmlns"), "urn:a".into()).unwrap();
        namespaces.declare(name("xmlns:p"), "urn:p".into()).unwrap();
        namespaces.open();
        namespaces.declare(name("xmlns"), "".into()).unwrap();
        namespaces.declare(name("xmlns:p"), "urn:q".into()).unwrap();
        assert_eq!(namespaces.of_element(name("x")), Ok(""));
        assert_eq!(namespaces.of_element(name("p:x")), Ok("urn:q"));
        namespaces.close();
        assert_eq!(namespaces.of_element(name("x")), Ok("urn:a"));
        assert_eq!(namespaces.of_element(name("p:x")), Ok("urn:p"));
        assert!(namespaces.of_element(name("q:x")).is_err());
        assert_eq!(namespaces.of_prefix("xml"), Ok(XML));
        namespaces.close();
        assert!(namespaces.of_element(name("p:x")).is_err());
    }

    #[test]
    fn reserved_names() {
        let mut namespaces = Namespaces::default();
        for (prefix, uri) in
            [("xmlns:xmlns", "urn:a"), ("xmlns:xml", "urn:a"), ("xmlns:p", ""), ("xmlns:p", XML), ("xmlns", XMLNS)]
        {
            assert!(namespaces.declare(name(prefix), uri.into()).is_err(), "{prefix}");
        }
        assert!(namespaces.declare(name("xmlns:xml"), XML.into()).is_ok());
        assert!(namespaces.of_element(name("xmlns:a")).is_err());
    }
}
