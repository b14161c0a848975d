//! The fast reader of plain documents: a declaration, tags, text and references in it, which is all that invoicing systems
//! write.
//!
//! Whatever else there is (a comment, CDATA, an odd tag, a square bracket, anything wrong) ends this reading without a
//! result, and `slow` reads the document anew. So this reader only ever accepts, and must accept no document that the other
//! one refuses, nor hear anything else in it: the tests compare the two on damaged invoices.
//!
//! Where tags begin is looked for at once (`tag_starts`), and what is of no interest is passed over (`passage`).

use fearless_simd::{Level, Simd, dispatch};
use memchr::{memchr, memchr2};

use super::characters::{Character, is_space};
use super::declaration::declaration;
use super::elements::Elements;
use super::passage::{Passage, leaf_name_length};
use super::plain_name::plain_name_end;
use super::references::referenced;
use super::tag_starts::{TagStarts, tag_starts};
use super::visitor::Visitor;

/// Reads the document, if it is plain to its last byte, and has no character that is forbidden or discouraged.
pub(crate) fn read<'x, V: Visitor<'x> + Default>(text: &'x str) -> Option<V> {
    let TagStarts { starts: tags, odd } = tag_starts(text)?;
    let start = after_declaration(text)?;
    // The declaration is the one thing before the root element that begins as a tag does.
    let tags = &tags[usize::from(start > 0)..];
    let &first = tags.first()?;
    if !is_blank(text.get(start..first as usize)?) {
        return None;
    }
    let elements = Elements::default();
    let mut reading = Plain { text, tags, after_root: start, odd, innermost: None, elements, visitor: V::default() };
    dispatch!(Level::new(), simd => reading.all_tags(simd))?;
    let blank = is_blank(text.get(reading.after_root..)?);
    (blank && !reading.elements.discouraged_reference()).then_some(reading.visitor)
}

struct Plain<'x, 't, V> {
    text: &'x str,
    /// Where each `<` is from the next tag on.
    tags: &'t [u32],
    /// Where the root element ended, once it has.
    after_root: usize,
    /// Where the first `&` or `]` is, from some place on that is done.
    odd: usize,
    /// Where the tag of the innermost element begins, if that is known, and is a plain name and nothing else.
    innermost: Option<u32>,
    elements: Elements<'x>,
    visitor: V,
}

impl<'x, V: Visitor<'x>> Plain<'x, '_, V> {
    #[inline(always)]
    fn all_tags<S: Simd>(&mut self, simd: S) -> Option<()> {
        // Many tags at once are read within the root element alone: before it and behind it stands no other.
        while self.tag()? {
            if self.visitor.is_elsewhere() {
                self.pass_over(simd)?;
            } else {
                self.leaves(simd)?;
            }
        }
        Some(())
    }

    /// Passes over what is of no interest, up to a tag that `tag` has to look at.
    #[inline(always)]
    fn pass_over<S: Simd>(&mut self, simd: S) -> Option<()> {
        let limit = self.bare_from(*self.tags.first()? as usize);
        let passage = Passage { tags: self.tags, innermost: self.innermost, limit };
        Passage { tags: self.tags, innermost: self.innermost, .. } = passage.pass(simd, self.text.as_bytes());
        Some(())
    }

    /// Reads elements that hold nothing but plain text, up to a tag that is none of such an element.
    #[inline(always)]
    fn leaves<S: Simd>(&mut self, simd: S) -> Option<()> {
        let bytes = self.text.as_bytes();
        while let [first, second, next, ..] = *self.tags {
            let (first, second, next) = (first as usize, second as usize, next as usize);
            let Some(length) = leaf_name_length(simd, bytes, first, second) else { break };
            if self.bare_from(first) < next {
                break;
            }
            let name_end = first + 1 + length;
            let (name, text) = (self.text.get(first + 1..name_end)?, self.text.get(name_end + 1..second)?);
            self.visitor.leaf(self.elements.unprefixed(), name, text).ok()?;
            self.visitor.text(self.text.get(second + length + 3..next)?);
            self.tags = &self.tags[2..];
        }
        Some(())
    }

    /// Reads a tag and the text after it. False once the root element has ended.
    fn tag(&mut self) -> Option<bool> {
        let bytes = self.text.as_bytes();
        let (&at, others) = self.tags.split_first()?;
        self.tags = others;
        let start = at as usize + 1;
        if bytes.get(start) == Some(&b'/') {
            let after = self.end_tag(start + 1, self.elements.innermost()?)?;
            self.elements.close();
            self.innermost = None;
            self.visitor.close().ok()?;
            return self.text_from(after);
        }
        let name_end = plain_name_end(bytes, start);
        if name_end == start || bytes.get(name_end) != Some(&b'>') {
            return self.odd_tag(start);
        }
        let (name, inside) = (self.text.get(start..name_end)?, name_end + 1);
        let (&next, others) = others.split_first()?;
        let next = next as usize;
        if bytes.get(next + 1) == Some(&b'/')
            && let Some(after) = self.end_tag(next + 2, name)
        {
            // Most elements are like this, with nothing in them but text. Most of those are of no interest.
            self.tags = others;
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
        self.innermost = Some(at);
        self.text_between(inside, next)?;
        Some(true)
    }

    /// Reads a start tag that holds more than a plain name.
    fn odd_tag(&mut self, start: usize) -> Option<bool> {
        self.innermost = None;
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
            self.after_root = start;
            return Some(false);
        }
        let &next = self.tags.first()?;
        self.text_between(start, next as usize)?;
        Some(true)
    }

    /// Gives the visitor a text in which no tag begins, references resolved.
    #[inline]
    fn text_between(&mut self, start: usize, end: usize) -> Option<()> {
        let is_bare = end <= self.bare_from(start);
        if is_bare && self.visitor.is_elsewhere() {
            return Some(());
        }
        let text = self.text.get(start..end)?;
        if is_bare {
            self.visitor.text(text);
            return Some(());
        }
        self.text_in_pieces(text)
    }

    /// Where the first `&` or `]` is that stands at `start` or behind it; the text's end, if there is none.
    #[inline]
    fn bare_from(&mut self, start: usize) -> usize {
        if self.odd < start {
            let bytes = self.text.as_bytes();
            self.odd = memchr2(b'&', b']', &bytes[start..]).map_or(bytes.len(), |offset| start + offset);
        }
        self.odd
    }

    fn text_in_pieces(&mut self, mut text: &str) -> Option<()> {
        // A bracket might be one of `]]>`.
        while let Some(odd) = memchr2(b'&', b']', text.as_bytes()) {
            let (name, after) = text[odd..].strip_prefix('&')?.split_once(';')?;
            let c = referenced(name).ok().filter(|&c| Character::of(c) == Character::Good)?;
            self.visitor.text(&text[..odd]);
            self.visitor.text(c.encode_utf8(&mut [0; 4]));
            text = after;
        }
        self.visitor.text(text);
        Some(())
    }
}

/// Where the XML declaration ends, if that is in order or not there.
fn after_declaration(text: &str) -> Option<usize> {
    let Some(inside) = text.strip_prefix("<?xml") else { return Some(0) };
    // No declaration that is in order has another question mark.
    let end = memchr(b'?', inside.as_bytes())?;
    let rest = inside[end..].strip_prefix("?>")?;
    declaration(&inside[..end]).ok()?;
    Some(text.len() - rest.len())
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
        twins::agree::<TextReader<'_>>(text, |reader| format!("{:?}", reader.into_texts()))
    }

    #[test]
    fn ordinary_invoices_are_plain() {
        for invoice in INVOICES.iter().filter(|invoice| !invoice.contains("<!--")) {
            assert!(read::<TextReader<'_>>(invoice).is_some());
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
            "<a></a><b><c/></b>",
            "<a>x</a><b>x</b><c>x</c>",
            "<a>x</a>\n<b>text that is longer than thirty-two bytes</b>",
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

    /// What is of no interest is passed over many elements at a time.
    #[test]
    fn what_is_passed_over_is_well_formed() {
        let line = "<b><c>1</c></b>";
        for (passed, is_plain) in [
            ("<a><b><c>1</c></b><b><c>2</c><d>3</d></b>x</a>", true),
            ("<a><b><c>1</c></b><b><d/></b><b c='1'></b><b>2</b></a>", true),
            ("<a><b><c>1</c></b>&amp;<b><c>2&lt;</c></b></a>", true),
            ("<a><b><c>1</c></b>]<b></b></a>", false),
            ("<a><b>1</b><b>&x;</b></a>", false),
            // The end of an element that was not the innermost any more, or not yet.
            ("<a><b><c>1</c></b></b><b></a>", false),
            ("<a><b c='1'></a><a></b></a>", false),
            ("<a><b c='1'/></b><b></a>", false),
            ("<a><b><c>1</c></b></a><b></b>", true),
            ("<a><b/c>1</b/c></a>", false),
        ] {
            let text = format!(
                "<Faktura xmlns='http://crd.gov.pl/wzor/2025/06/25/13775/'><L>{passed}{line}</L><L>{line}</L></Faktura>"
            );
            assert_eq!(agree(&text), is_plain, "{text}");
        }
    }

    /// A name with elements in it is not printed, and no text in it matters.
    #[test]
    fn elements_in_a_name_are_passed_over() {
        let name =
            "<Nazwa>x<a><b>1</b></a>y<a><b>2</b></a>z<c>and no tag is within thirty-two bytes of the end</c></Nazwa>";
        assert!(agree(&INVOICES[0].replace("<Nazwa>Z", &format!("{name}<Nazwa>Z"))));
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
                "<f/>", "<f></f>", "<f>x</f>",
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
