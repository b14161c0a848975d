//! The fast reader of plain documents: a declaration, tags, text and references in it, which is all that invoicing systems
//! write.
//!
//! Whatever else there is (a comment, CDATA, an odd tag, a square bracket, anything wrong) ends this reading without a
//! result, and `slow` reads the document anew. So this reader only ever accepts, and must accept no document that the other
//! one refuses, nor hear anything else in it: the tests compare the two on damaged invoices.
//!
//! What it saves, for an invoice of 10 kB: 6 µs, where quick-xml and the checks behind it take 73.

use memchr::{memchr, memchr2};

use super::byte_search::{after_short_elements, find_tag, plain_name_end};
use super::characters::{Character, is_space};
use super::declaration::declaration;
use super::elements::Elements;
use super::references::referenced;
use super::visitor::Visitor;

/// Reads the document, if it is plain to its last byte.
pub(super) fn read<V: Visitor + Default>(text: &str) -> Option<V> {
    let text = after_declaration(text)?;
    let first_tag = find_tag(text.as_bytes(), 0)?;
    if !is_blank(&text[..first_tag]) {
        return None;
    }
    let bare = memchr2(b'&', b']', text.as_bytes()).is_none();
    let mut reading = Plain { text, tag: first_tag, bare, elements: Elements::default(), visitor: V::default() };
    while reading.tag()? {}
    let blank = is_blank(&text[reading.tag..]);
    (blank && !reading.elements.discouraged_reference()).then_some(reading.visitor)
}

struct Plain<'x, V> {
    text: &'x str,
    /// Where the `<` of the next tag is; all before it is done. Behind the root element, where that ends.
    tag: usize,
    /// True if the document has no `&` and no `]`, so that no text needs to be searched for them.
    bare: bool,
    elements: Elements<'x>,
    visitor: V,
}

impl<V: Visitor> Plain<'_, V> {
    /// Reads a tag and the text after it. False once the root element has ended.
    fn tag(&mut self) -> Option<bool> {
        let bytes = self.text.as_bytes();
        if self.bare && self.visitor.is_elsewhere() {
            self.tag = after_short_elements(bytes, self.tag);
        }
        let start = self.tag + 1;
        if bytes.get(start) == Some(&b'/') {
            let after = self.end_tag(start + 1, self.elements.innermost()?)?;
            self.elements.close();
            self.visitor.close().ok()?;
            return self.text_from(after);
        }
        let name_end = plain_name_end(bytes, start);
        if name_end == start || bytes.get(name_end) != Some(&b'>') {
            return self.odd_tag(start);
        }
        let (name, inside) = (self.text.get(start..name_end)?, name_end + 1);
        let next = find_tag(bytes, inside)?;
        if bytes.get(next + 1) == Some(&b'/')
            && let Some(after) = self.end_tag(next + 2, name)
        {
            // Most elements are like this, with nothing in them but text. Most of those are of no interest.
            if self.visitor.is_elsewhere() {
                self.text_between(inside, next)?;
            } else {
                self.visitor.open(self.elements.unprefixed(), name).ok()?;
                self.text_between(inside, next)?;
                self.visitor.close().ok()?;
            }
            return self.text_from(after);
        }
        self.visitor.open(self.elements.unprefixed(), name).ok()?;
        self.elements.open_plain(name);
        self.text_between(inside, next)?;
        self.tag = next;
        Some(true)
    }

    /// Reads a start tag that holds more than a plain name.
    fn odd_tag(&mut self, start: usize) -> Option<bool> {
        let tag = self.text.get(start..)?;
        // A `>` in an attribute's value cuts the tag short, which then is not well-formed, and not plain.
        let end = memchr(b'>', tag.as_bytes())?;
        let (inside, is_empty) = tag[..end].strip_suffix('/').map_or((&tag[..end], false), |inside| (inside, true));
        let (namespace, local) = self.elements.open(inside).ok()?;
        self.visitor.open(namespace, local).ok()?;
        if is_empty {
            self.elements.close();
            self.visitor.close().ok()?;
        }
        self.text_from(start + end + 1)
    }

    /// Where the end tag of `name` ends, if there is one, its name at `start`.
    fn end_tag(&self, start: usize, name: &str) -> Option<usize> {
        let end = start + name.len();
        let bytes = self.text.as_bytes();
        (bytes.get(end) == Some(&b'>') && bytes.get(start..end) == Some(name.as_bytes())).then_some(end + 1)
    }

    /// Reads the text up to the next tag. False if there is none to come, as the root element has ended: it then is
    /// the caller's to see that nothing else follows.
    fn text_from(&mut self, start: usize) -> Option<bool> {
        if self.elements.none_open() {
            self.tag = start;
            return Some(false);
        }
        let next = find_tag(self.text.as_bytes(), start)?;
        self.text_between(start, next)?;
        self.tag = next;
        Some(true)
    }

    /// Gives the visitor a text in which no tag begins, references resolved.
    #[inline]
    fn text_between(&mut self, start: usize, end: usize) -> Option<()> {
        if self.bare && self.visitor.is_elsewhere() { Some(()) } else { self.text_in_pieces(start, end) }
    }

    fn text_in_pieces(&mut self, start: usize, end: usize) -> Option<()> {
        let mut text = self.text.get(start..end)?;
        if !self.bare {
            // A bracket might be one of `]]>`.
            while let Some(odd) = memchr2(b'&', b']', text.as_bytes()) {
                let (name, after) = text[odd..].strip_prefix('&')?.split_once(';')?;
                let c = referenced(name).ok().filter(|&c| Character::of(c) == Character::Good)?;
                self.visitor.text(&text[..odd]);
                self.visitor.text(c.encode_utf8(&mut [0; 4]));
                text = after;
            }
        }
        self.visitor.text(text);
        Some(())
    }
}

/// What follows the XML declaration, if that is in order or not there.
fn after_declaration(text: &str) -> Option<&str> {
    let Some(inside) = text.strip_prefix("<?xml") else { return Some(text) };
    let (inside, rest) = inside.split_once("?>")?;
    declaration(inside).ok()?;
    Some(rest)
}

fn is_blank(text: &str) -> bool {
    text.bytes().all(is_space)
}

#[cfg(test)]
mod tests {
    use super::super::twins::{self, Record};
    use super::*;
    use crate::invoice::TextReader;
    use proptest::prelude::*;

    const INVOICES: [&str; 4] = [
        include_str!("../../fixtures/invoices/good/fa3-basic.xml"),
        include_str!("../../fixtures/invoices/good/fa3-attachment.xml"),
        include_str!("../../fixtures/invoices/good/pef-prefixed.xml"),
        include_str!("../../fixtures/invoices/good/rr-basic.xml"),
    ];

    /// Reads with both. True if the fast reader took the document.
    fn agree(text: &str) -> bool {
        twins::agree::<TextReader>(text, |reader| format!("{:?}", reader.into_texts()))
    }

    #[test]
    fn ordinary_invoices_are_plain() {
        for invoice in INVOICES.iter().filter(|invoice| !invoice.contains("<!--")) {
            assert!(read::<TextReader>(invoice).is_some());
            assert!(agree(invoice));
        }
    }

    #[test]
    fn what_is_plain() {
        for text in [
            "<a/>",
            " <a /> ",
            "<a></a>",
            "<a>x</a>",
            "<a-long.name_of_1>x<b></b>y<c/>z</a-long.name_of_1>",
            "<a xmlns='u'><b>1</b><b xmlns=''>2</b><b>3</b></a>",
            "<p:a xmlns:p='u'><p:b>x<c/></p:b></p:a>",
            "<a>&amp;&lt;&gt;&quot;&apos;&#322;&#x142;</a>",
            "<a> x &amp; y <b>&#10;</b></a>",
            "<a b=']&amp;'/>",
            "<a>></a>",
        ] {
            assert!(agree(text), "{text}");
        }
    }

    #[test]
    fn what_is_not_plain_is_left_alone() {
        for text in [
            "",
            " ",
            "a",
            "<a>",
            "<a></b>",
            "<a></a >",
            "<a></ab>",
            "<ab></a>",
            "<a><b></a></b>",
            "<a/><b/>",
            "<a></a><b></b>",
            "<a></a><b/>",
            "<a></a>x",
            "<a></a>&amp;",
            "<a></a></a>",
            "<a/></a>",
            "<a/>x",
            "x<a/>",
            "&amp;<a/>",
            "<a>&amp</a>",
            "<a>&amp<b/>;</a>",
            "<a>&</a>",
            "<a>&;</a>",
            "<a>&lo;</a>",
            "<a>&#0;</a>",
            "<a>&#x;</a>",
            "<a>&#xD800;</a>",
            "<a>&#x7F;</a>",
            "<a>& amp;</a>",
            "<a b='&lo;'/>",
            "<a b='&#x7F;'/>",
            "<a b='<'/>",
            "<a>]]></a>",
            "<a>]]&gt;</a>",
            "<a>]</a>",
            "<a><!-- --></a>",
            "<!-- --><a/>",
            "<a><![CDATA[x]]></a>",
            "<?x y?><a/>",
            "<a><?x y?></a>",
            "<a b='>'/>",
            "<a b/>",
            "<a b=''b=''/>",
            "<a b='' b=''/>",
            "<p:a/>",
            "<a:/>",
            "<:a/>",
            "< a/>",
            "<a//>",
            "<a/ >",
            "</a>",
            "<>",
            "</>",
            "<a><></></a>",
            "<a",
            "<a/",
            "<a><b",
            "<a></a",
            "<a>x</",
            "<?xml version='1.1'?><a/>",
            " <?xml version='1.0'?><a/>",
            "<1/>",
            "<1></1>",
            "<-a></-a>",
        ] {
            assert!(read::<Record>(text).is_none(), "{text}");
            let line = format!("<Faktura xmlns='http://crd.gov.pl/wzor/2025/06/25/13775/'><L>{text}</L></Faktura>");
            agree(&line);
        }
    }

    /// Cut off or doubled anywhere, with a byte left out or changed anywhere.
    #[test]
    fn agrees_at_every_byte() {
        let text =
            "<?xml version='1.0'?>\n<a xmlns='u' b='1'>t<c>x</c>\n <d1_><e>&amp;</e></d1_>\n <f/><g>\u{142}</g></a>\n";
        assert!(agree(text));
        let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        for (index, &at) in places.iter().enumerate() {
            let (before, after) = text.split_at(at);
            agree(before);
            agree(after);
            for inserted in [
                "<", ">", "/", "&", ";", "]", "a", "x", "1", " ", ":", "=", "'", "-", "!", "?", "\u{142}", "</", "/>",
                "<f/>",
            ] {
                agree(&[before, inserted, after].concat());
                if let Some(&next) = places.get(index + 1) {
                    agree(&[before, inserted, &text[next..]].concat());
                }
            }
            for &next in &places[index + 1..] {
                agree(&[before, &text[next..]].concat());
                agree(&[&text[..next], &text[at..]].concat());
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

        /// Whatever the fast reader accepts, the slow one accepts, with the same elements and texts.
        #[test]
        fn agrees_with_the_slow_reader(
            invoice in prop::sample::select(INVOICES.to_vec()),
            changes in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..4, prop::sample::select(vec![
                "", "", "<", ">", "/", "\"", "'", "=", " ", "&", "]", "<a>", "</a>", "<a/>", "<a b='1'/>", " b='1'", "xmlns=''", ":",
                "p:", "1", "NIP", "<NIP>1</NIP>", "\r\n", "ł", "<P_1/>", "<!", "<?", "-->", "<Fa>", "</Fa>", "&amp;", "&#38;", "&#x7F;",
                "&#0;", "&am", ";", "]]>", "</NIP>", "<P_7>x</P_7>", "</FaWiersz>", "<a xmlns='u'>", "<a></a>", "</P_",
            ])), 1..4),
        ) {
            let mut text = invoice.to_owned();
            for (at, length, replacement) in changes {
                let floor = |mut at: usize| { while !text.is_char_boundary(at) { at -= 1; } at };
                let start = floor(at.index(text.len() + 1));
                let end = floor((start + length).min(text.len())).max(start);
                text.replace_range(start..end, replacement);
            }
            agree(&text);
        }
    }
}
