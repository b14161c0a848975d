//! The elements that are open, and what their tags say: names, attributes, namespaces.

use super::characters::{is_space, scan};
use super::namespaces::{Namespaces, XMLNS, is_declaration};
use super::references::resolve;
use super::tag::{Attributes, QName, end_of_name};

/// The path from the root to the element that is being read.
#[derive(Debug, Default)]
pub(super) struct Elements<'x> {
    namespaces: Namespaces<'x>,
    open: Vec<&'x str>,
    /// The attributes of the tag at hand; kept for its allocation.
    attributes: Vec<QName<'x>>,
    discouraged_reference: bool,
}

impl<'x> Elements<'x> {
    /// Enters an element, by what stands between `<` and `>` of its start tag. Returns its namespace and its
    /// name without a prefix.
    pub(super) fn open(&mut self, tag: &'x str) -> Result<(&str, &'x str), String> {
        let name_end = end_of_name(tag, is_space);
        let (name_text, attributes) = tag.split_at(name_end);
        let name = QName::parse(name_text)?;
        self.open.push(name_text);
        self.namespaces.open();
        if !attributes.is_empty() {
            self.take_attributes(attributes)?;
        }
        Ok((self.namespaces.of_element(name)?, name.local))
    }

    /// Enters an element whose tag holds a plain name and nothing else (`plain_name`). Its namespace is that
    /// of all [`unprefixed`](Self::unprefixed) ones.
    pub(super) fn open_plain(&mut self, name: &'x str) {
        self.open.push(name);
        self.namespaces.open();
    }

    /// The namespace of elements without a prefix and without a declaration of their own.
    pub(super) fn unprefixed(&self) -> &str {
        self.namespaces.unprefixed()
    }

    /// True once a reference in an attribute stood for a character that XML 1.0 discourages.
    pub(super) fn discouraged_reference(&self) -> bool {
        self.discouraged_reference
    }

    /// Leaves the innermost element.
    pub(super) fn close(&mut self) {
        self.open.pop();
        self.namespaces.close();
    }

    /// The innermost element's name, as its tag has it.
    pub(super) fn innermost(&self) -> Option<&'x str> {
        self.open.last().copied()
    }

    pub(super) fn none_open(&self) -> bool {
        self.open.is_empty()
    }

    fn take_attributes(&mut self, text: &'x str) -> Result<(), String> {
        self.attributes.clear();
        for attribute in Attributes::of(text) {
            let attribute = attribute?;
            let value = resolve(attribute.value)?;
            // Whatever may stand as itself was looked for in the whole text already; this is for references.
            self.discouraged_reference |= attribute.value.contains('&') && scan(&value).discouraged.is_some();
            if is_declaration(attribute.name) {
                self.namespaces.declare(attribute.name, value)?;
            }
            self.attributes.push(attribute.name);
        }
        self.attributes_are_distinct()
    }

    /// No name twice, and no two prefixes that make the same name. Sorted, so that a tag with a hundred
    /// thousand attributes cannot stop the program.
    fn attributes_are_distinct(&mut self) -> Result<(), String> {
        let are_distinct = match self.attributes[..] {
            [only] => only.prefix.is_empty(),
            [one, other] => one.prefix.is_empty() && other.prefix.is_empty() && one.local != other.local,
            _ => false,
        };
        if are_distinct {
            return Ok(());
        }
        let mut names = Vec::with_capacity(self.attributes.len());
        for &name in &self.attributes {
            let namespace = match name.prefix {
                "" => "",
                "xmlns" => XMLNS,
                prefix => self.namespaces.of_prefix(prefix)?,
            };
            names.push((namespace, name.local));
        }
        names.sort_unstable();
        match names.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => Err(format!("the attribute {:?} stands twice in one tag", pair[0].1)),
            None => Ok(()),
        }
    }
}
