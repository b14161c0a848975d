//! The fast way through a plain document: a declaration, tags and text, which is all that invoicing systems write.
//!
//! Whatever else there is (a comment, CDATA, a reference, an odd tag, anything wrong) ends this reading with
//! nothing, and `xml` reads the document anew with quick-xml. So this way only ever accepts, and must accept no
//! document that the other does not, with the same facts: the tests compare the two on damaged invoices.
//!
//! What it buys, for an invoice of 10 kB: 14 µs, where quick-xml and the checks behind it take 73.

use memchr::{memchr, memchr3};

use super::characters::is_space;
use super::elements::Elements;
use super::tag::plain_name;
use super::xml::{Visitor, declaration};

/// Reads the document, if it is plain to its last byte.
pub(super) fn read<V: Visitor + Default>(text: &str) -> Option<V> {
    let mut visitor = V::default();
    let mut elements = Elements::default();
    let mut rest = after_declaration(text)?;
    let mut root_seen = false;
    loop {
        // A reference or a bracket that might be `]]>` is not plain.
        let Some(markup) = memchr3(b'<', b'&', b']', rest.as_bytes()) else {
            let whole = root_seen && elements.none_open() && is_blank(rest) && !elements.discouraged_reference();
            return whole.then_some(visitor);
        };
        let (before, tag) = rest.split_at(markup);
        if elements.none_open() {
            if !is_blank(before) {
                return None;
            }
        } else if !before.is_empty() {
            visitor.text(before);
        }
        rest = if let Some(end_tag) = tag.strip_prefix("</") {
            let after = end_tag.strip_prefix(elements.innermost()?)?.strip_prefix('>')?;
            elements.close();
            visitor.close().ok()?;
            after
        } else {
            let start = tag.strip_prefix('<').filter(|_| !(root_seen && elements.none_open()))?;
            root_seen = true;
            let name = plain_name(start);
            if let Some(after) = start[name.len()..].strip_prefix('>').filter(|_| !name.is_empty()) {
                visitor.open(elements.open_plain(name), name).ok()?;
                after
            } else {
                // A `>` in an attribute's value cuts the tag short, which then is not well-formed, and not plain.
                let (inside, after) = start.split_at(memchr(b'>', start.as_bytes())?);
                let (inside, is_empty) = inside.strip_suffix('/').map_or((inside, false), |inside| (inside, true));
                let (namespace, local) = elements.open(inside).ok()?;
                visitor.open(namespace, local).ok()?;
                if is_empty {
                    elements.close();
                    visitor.close().ok()?;
                }
                &after[1..]
            }
        };
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
    use super::*;
    use crate::invoice::facts::Reading;
    use crate::invoice::xml;
    use proptest::prelude::*;

    const INVOICES: [&str; 4] = [
        include_str!("../../fixtures/invoices/good/fa3-basic.xml"),
        include_str!("../../fixtures/invoices/good/fa3-attachment.xml"),
        include_str!("../../fixtures/invoices/good/pef-prefixed.xml"),
        include_str!("../../fixtures/invoices/good/rr-basic.xml"),
    ];

    fn facts(reading: Reading) -> String {
        format!("{:?}", reading.into_facts())
    }

    /// What the slow way makes of the same text: its facts, if it has nothing against it.
    fn slowly(text: &str) -> Option<String> {
        let (reading, findings) = xml::read_any::<Reading>(text).ok()?;
        assert!(findings.processing_instruction.is_none() && findings.discouraged_reference.is_none());
        Some(facts(reading))
    }

    #[test]
    fn ordinary_invoices_are_plain() {
        for invoice in INVOICES.iter().filter(|invoice| !invoice.contains("<!--") && !invoice.contains('&')) {
            let fast = read::<Reading>(invoice).map(facts);
            assert!(fast.is_some());
            assert_eq!(fast, slowly(invoice));
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
            "<a/><b/>",
            "<a/>x",
            "x<a/>",
            "<a>&amp;</a>",
            "<a>]]></a>",
            "<a>]</a>",
            "<a><!-- --></a>",
            "<!-- --><a/>",
            "<a><![CDATA[x]]></a>",
            "<?x y?><a/>",
            "<a b='>'/>",
            "<a b/>",
            "<a b=''b=''/>",
            "<p:a/>",
            "< a/>",
            "<a//>",
            "</a>",
            "<a></a></a>",
            "<>",
            "</>",
            "<a",
            "<a/",
            "<?xml version='1.1'?><a/>",
            "<1/>",
        ] {
            assert!(read::<Reading>(text).is_none(), "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

        /// Whatever is accepted the fast way is accepted the slow way, with the same facts.
        #[test]
        fn agrees_with_the_slow_way(
            invoice in prop::sample::select(INVOICES.to_vec()),
            changes in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..4, prop::sample::select(vec![
                "", "", "<", ">", "/", "\"", "'", "=", " ", "&", "]", "<a>", "</a>", "<a/>", "<a b='1'/>", " b='1'", "xmlns=''", ":",
                "p:", "1", "NIP", "<NIP>1</NIP>", "\r\n", "ł", "<P_1/>", "<!", "<?", "-->", "<Fa>", "</Fa>",
            ])), 1..4),
        ) {
            let mut text = invoice.to_owned();
            for (at, length, replacement) in changes {
                let floor = |mut at: usize| { while !text.is_char_boundary(at) { at -= 1; } at };
                let start = floor(at.index(text.len() + 1));
                let end = floor((start + length).min(text.len())).max(start);
                text.replace_range(start..end, replacement);
            }
            if let Some(reading) = read::<Reading>(&text) {
                prop_assert_eq!(Some(facts(reading)), slowly(&text));
            }
        }
    }
}
