//! Tags and texts of a file that may not be well-formed: what KSeF refused is to be compared as far as it can be understood.
//!
//! Nothing is refused and nothing is expanded. Each thing that had to be guessed is noted, once; what was guessed decides
//! nothing by itself, because the two files are read in the same way and compared.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::xml;

/// Hears what a file holds.
pub(super) trait Listener {
    /// An element starts, by its name as it is written, at this byte.
    fn open(&mut self, name: &str, attributes: &mut dyn Iterator<Item = (&str, Cow<'_, str>)>, offset: usize) -> Go;
    /// Text directly inside of the innermost element.
    fn text(&mut self, text: &str);
    /// The innermost element ends.
    fn close(&mut self);
    /// The name of an open element, 0 the innermost.
    fn is_open(&self, depth: usize, name: &str) -> bool;
}

/// Whether to read on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Go {
    On,
    Stop,
}

/// What had to be guessed, or is no part of the content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Oddity {
    Doctype,
    ProcessingInstruction,
    Comment,
    Cdata,
    Ampersand,
    LessThan,
    Unclosed,
    WrongEnd,
    Outside,
    Attribute,
    Control,
}

impl Oddity {
    pub(super) fn meaning(self) -> &'static str {
        match self {
            Self::Doctype => "a DOCTYPE; nothing that it declares was read",
            Self::ProcessingInstruction => "a processing instruction",
            Self::Comment => "a comment",
            Self::Cdata => "a CDATA section",
            Self::Ampersand => "an & that starts no reference; it was read as the letter",
            Self::LessThan => "a < that starts no tag; it was read as the letter",
            Self::Unclosed => "elements that are not closed: was the file cut off?",
            Self::WrongEnd => "an end tag of an element that is not open; it was passed over",
            Self::Outside => "text outside of the root element",
            Self::Attribute => "attributes that are not written as XML writes them",
            Self::Control => "control characters; they were left out",
        }
    }
}

/// How far out an end tag is looked for that does not close the innermost element.
const REACH: usize = 8;

/// Reads the text to its end, or until the listener has enough.
pub(super) fn read(text: &str, listener: &mut impl Listener) -> BTreeSet<Oddity> {
    let mut reading = Lenient { text, listener, depth: 0, oddities: BTreeSet::new() };
    reading.read();
    reading.oddities
}

struct Lenient<'x, 'l, L> {
    text: &'x str,
    listener: &'l mut L,
    depth: usize,
    oddities: BTreeSet<Oddity>,
}

impl<L: Listener> Lenient<'_, '_, L> {
    fn read(&mut self) {
        let text = self.text;
        let mut at = 0;
        while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
            let Some(tag) = memchr::memchr(b'<', rest.as_bytes()) else {
                self.hear(rest);
                break;
            };
            self.hear(&rest[..tag]);
            match self.markup(&rest[tag..], at + tag) {
                Some(length) => at += tag + length,
                None => return,
            }
        }
        if self.depth > 0 {
            self.oddities.insert(Oddity::Unclosed);
        }
        for _ in 0..self.depth {
            self.listener.close();
        }
    }

    /// Reads what begins with `<`. Returns its length; none if the listener has enough.
    fn markup(&mut self, rest: &str, offset: usize) -> Option<usize> {
        let upto = |end: &str| rest.find(end).map_or(rest.len(), |found| found + end.len());
        if rest.starts_with("<!--") {
            self.oddities.insert(Oddity::Comment);
            return Some(upto("-->"));
        }
        if let Some(inside) = rest.strip_prefix("<![CDATA[") {
            self.oddities.insert(Oddity::Cdata);
            let length = inside.find("]]>").unwrap_or(inside.len());
            self.hear_plain(&inside[..length]);
            return Some(upto("]]>"));
        }
        if rest.starts_with("<?") {
            if !rest.starts_with("<?xml") || rest.starts_with("<?xml-") {
                self.oddities.insert(Oddity::ProcessingInstruction);
            }
            return Some(upto("?>"));
        }
        if rest.starts_with("<!") {
            self.oddities.insert(Oddity::Doctype);
            return Some(doctype_length(rest));
        }
        let name_start = if rest.starts_with("</") { 2 } else { 1 };
        if !rest[name_start..].starts_with(|c: char| c.is_alphabetic() || c == '_' || c == ':') {
            self.oddities.insert(Oddity::LessThan);
            self.hear_plain("<");
            return Some(1);
        }
        let length = tag_length(rest);
        let inside = &rest[name_start..length];
        let inside = inside.strip_suffix('>').unwrap_or(inside);
        if name_start == 2 {
            self.end(inside.trim());
            return Some(length);
        }
        let (inside, is_empty) = inside.strip_suffix('/').map_or((inside, false), |inside| (inside, true));
        let name_length = inside.find(char::is_whitespace).unwrap_or(inside.len());
        let (name, attributes) = inside.split_at(name_length);
        let mut attributes = Attributes { rest: attributes, is_odd: false };
        let go = self.listener.open(name, &mut attributes, offset);
        attributes.by_ref().for_each(drop);
        if attributes.is_odd {
            self.oddities.insert(Oddity::Attribute);
        }
        if go == Go::Stop {
            return None;
        }
        self.depth += 1;
        if is_empty {
            self.close();
        }
        Some(length)
    }

    fn end(&mut self, name: &str) {
        let depth = (0..REACH.min(self.depth)).find(|&depth| self.listener.is_open(depth, name));
        match depth {
            Some(depth) => {
                if depth > 0 {
                    self.oddities.insert(Oddity::Unclosed);
                }
                (0..=depth).for_each(|_| self.close());
            }
            None => _ = self.oddities.insert(Oddity::WrongEnd),
        }
    }

    fn close(&mut self) {
        self.depth -= 1;
        self.listener.close();
    }

    /// Text with references in it.
    fn hear(&mut self, text: &str) {
        // What is before `heard` was heard; an & that starts no reference is a letter like others.
        let (mut heard, mut from) = (0, 0);
        while let Some(found) = memchr::memchr(b'&', &text.as_bytes()[from..]) {
            let start = from + found;
            match reference(&text[start..]) {
                Some((c, length)) => {
                    self.hear_plain(&text[heard..start]);
                    self.hear_plain(c.encode_utf8(&mut [0; 4]));
                    from = start + length;
                    heard = from;
                }
                None => {
                    self.oddities.insert(Oddity::Ampersand);
                    from = start + 1;
                }
            }
        }
        self.hear_plain(&text[heard..]);
    }

    fn hear_plain(&mut self, text: &str) {
        if self.depth == 0 {
            if text.contains(|c: char| !c.is_whitespace() && c != '\u{FEFF}') {
                self.oddities.insert(Oddity::Outside);
            }
            return;
        }
        let mut pieces = text.split(is_control);
        self.listener.text(pieces.next().unwrap_or_default());
        for piece in pieces {
            self.oddities.insert(Oddity::Control);
            self.listener.text(piece);
        }
    }
}

/// Controls that XML forbids, and those that it discourages and KSeF refuses.
fn is_control(c: char) -> bool {
    c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{85}')
}

/// The longest is `&#x10FFFF;`.
const LONGEST_REFERENCE: usize = 12;

/// The character that a reference at the start of the text stands for, and its length.
fn reference(text: &str) -> Option<(char, usize)> {
    let end = text.bytes().take(LONGEST_REFERENCE).position(|byte| byte == b';')?;
    Some((xml::referenced(text.get(1..end)?).ok()?, end + 1))
}

/// In bytes: so far behind a `<` in quotes the quote that closes them is looked for.
const QUOTE_REACH: usize = 200;

/// To the `>` that ends the tag, those in quotes not counted; a `<` before it begins the next one, unless the quotes that it
/// stands in are closed in good time: quotes that are not would swallow the rest of the file.
fn tag_length(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let is_closed = |quote, at: usize| {
        let near = &bytes[at..bytes.len().min(at + QUOTE_REACH)];
        memchr::memchr2(quote, b'>', near).is_some_and(|found| near[found] == quote)
    };
    let mut quote = None;
    for (at, &byte) in bytes.iter().enumerate().skip(1) {
        match (byte, quote) {
            (b'>', None) => return at + 1,
            (b'<', None) => return at,
            (b'<', Some(open)) if !is_closed(open, at) => return at,
            (b'"' | b'\'', None) => quote = Some(byte),
            (_, Some(open)) if byte == open => quote = None,
            _ => {}
        }
    }
    rest.len()
}

/// A DOCTYPE may hold declarations in brackets.
fn doctype_length(rest: &str) -> usize {
    let plain = memchr::memchr2(b'[', b'>', rest.as_bytes());
    match plain.map(|at| (at, rest.as_bytes()[at])) {
        Some((at, b'>')) => at + 1,
        Some((at, _)) => {
            let Some(end) = rest[at..].find(']') else { return rest.len() };
            let after = at + end;
            rest[after..].find('>').map_or(rest.len(), |end| after + end + 1)
        }
        None => rest.len(),
    }
}

/// Names and values, references resolved where they can be.
struct Attributes<'x> {
    rest: &'x str,
    is_odd: bool,
}

impl<'x> Iterator for Attributes<'x> {
    type Item = (&'x str, Cow<'x, str>);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.rest.trim_start();
        if rest.is_empty() {
            return None;
        }
        let name_length = rest.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(rest.len());
        let (name, rest) = rest.split_at(name_length);
        let after = rest.trim_start().strip_prefix('=').map(str::trim_start);
        let quoted = after.and_then(|after| {
            let quote = after.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
            after[1..].split_once(quote)
        });
        let (value, rest) = match (quoted, after) {
            (Some(quoted), _) => quoted,
            (None, Some(after)) => {
                self.is_odd = true;
                after.split_at(after.find(char::is_whitespace).unwrap_or(after.len()))
            }
            (None, None) => {
                self.is_odd = true;
                ("", rest)
            }
        };
        self.rest = rest;
        if name.is_empty() {
            // What cannot be taken apart is not worth a second guess.
            self.is_odd = true;
            self.rest = "";
            return None;
        }
        Some((name, resolved(value)))
    }
}

fn resolved(value: &str) -> Cow<'_, str> {
    if !value.contains('&') {
        return Cow::Borrowed(value);
    }
    let mut out = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(start) = rest.find('&') {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let (c, length) = reference(rest).unwrap_or(('&', 1));
        out.push(c);
        rest = &rest[length..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    #[derive(Default)]
    struct Record {
        said: String,
        open: Vec<String>,
    }

    impl Listener for Record {
        fn open(&mut self, name: &str, attributes: &mut dyn Iterator<Item = (&str, Cow<'_, str>)>, _: usize) -> Go {
            self.open.push(name.to_owned());
            _ = write!(self.said, "<{name}");
            for (name, value) in attributes {
                _ = write!(self.said, " {name}={value:?}");
            }
            self.said += ">";
            Go::On
        }

        fn text(&mut self, text: &str) {
            self.said += text;
        }

        fn close(&mut self) {
            let name = self.open.pop().unwrap();
            _ = write!(self.said, "</{name}>");
        }

        fn is_open(&self, depth: usize, name: &str) -> bool {
            self.open.iter().rev().nth(depth).is_some_and(|open| open == name)
        }
    }

    fn said(text: &str) -> (String, Vec<Oddity>) {
        let mut record = Record::default();
        let oddities = read(text, &mut record);
        assert!(record.open.is_empty(), "{text}");
        (record.said, oddities.into_iter().collect())
    }

    #[test]
    fn what_is_wrong_is_read_as_it_was_meant() {
        use Oddity::*;
        let cases: [(&str, &str, &[Oddity]); 19] = [
            ("<?xml version='1.0'?><a><b>1</b><c/></a>", "<a><b>1</b><c></c></a>", &[]),
            ("<a>Nuts & Bolts &amp; more</a>", "<a>Nuts & Bolts & more</a>", &[Ampersand]),
            ("<a>&nbsp;&#243;&#x;</a>", "<a>&nbsp;ó&#x;</a>", &[Ampersand]),
            ("<a>1 < 2</a>", "<a>1 < 2</a>", &[LessThan]),
            ("<a><b>1</a>", "<a><b>1</b></a>", &[Unclosed]),
            ("<a><b>1", "<a><b>1</b></a>", &[Unclosed]),
            ("<a><b>1</c></b></a>", "<a><b>1</b></a>", &[WrongEnd]),
            ("<a>1</a>tail", "<a>1</a>", &[Outside]),
            ("<a><!-- -- -->1</a>", "<a>1</a>", &[Comment]),
            ("<a><![CDATA[1 & 2]]></a>", "<a>1 & 2</a>", &[Cdata]),
            ("<?xml-stylesheet a?><a>1</a>", "<a>1</a>", &[ProcessingInstruction]),
            ("<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", "<a>&b;</a>", &[Doctype, Ampersand]),
            ("<a b=1 c d='2'>x</a>", "<a b=\"1\" c=\"\" d=\"2\">x</a>", &[Attribute]),
            ("<a b='1'c=\"&lt;\">x</a>", "<a b=\"1\" c=\"<\">x</a>", &[]),
            ("<a b='<c'>x</a>", "<a b=\"<c\">x</a>", &[]),
            ("<a b='1>x</a>", "<a b=\"'1>x\"></a>", &[Attribute]),
            ("<a>x\u{1}y\u{80}z</a>", "<a>xyz</a>", &[Control]),
            ("<a =''>1</a>", "<a>1</a>", &[Attribute]),
            ("", "", &[]),
        ];
        for (text, expected, oddities) in cases {
            assert_eq!(said(text), (expected.to_owned(), oddities.to_vec()), "{text}");
        }
    }

    #[test]
    fn hostile_texts_end() {
        for text in [
            "<",
            "</",
            "<!",
            "<?",
            "<a",
            "<a b",
            "<a b=",
            "<a b='",
            "&",
            "<![CDATA[",
            "<!--",
            "<!DOCTYPE [",
            "]]>",
            "</a>",
            "<a></",
            "=<=>",
        ] {
            said(text);
        }
    }
}
