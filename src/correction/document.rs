//! What a file holds, as a tree that can be compared: names without prefixes, texts with their white space collapsed.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::hash::{BuildHasher as _, Hash as _, Hasher as _, RandomState};

use super::encoding::{Decoded, Encoding, decode};
use super::lenient::{self, Go, Listener, Oddity};
use crate::xml;

/// An invoice of 3 MB has fewer elements and attributes: `<a/>` is the shortest.
const MOST_NODES: usize = 1_000_000;
/// In bytes; what is behind is not read.
const LONGEST: usize = 30_000_000;
/// The schemas nest a dozen.
const DEEPEST: usize = 64;
/// Declarations of namespaces in force at once.
const MOST_NAMESPACES: usize = 256;

/// The place of a node among all nodes of its document, which stand in document order.
pub(super) type Id = u32;
/// No node.
pub(super) const NONE: Id = u32::MAX;
/// Not an element: the parent of the root.
pub(super) const TOP: Id = 0;

/// The names of elements, attributes (`@currencyID`) and namespaces in both documents, each known by a number.
#[derive(Debug, Default)]
pub(super) struct Names {
    numbers: HashMap<String, u32>,
    /// By their numbers.
    texts: Vec<String>,
    hashing: RandomState,
}

impl Names {
    fn number(&mut self, name: &str) -> u32 {
        if let Some(&number) = self.numbers.get(name) {
            return number;
        }
        let number = self.texts.len() as u32;
        self.numbers.insert(name.to_owned(), number);
        self.texts.push(name.to_owned());
        number
    }

    pub(super) fn name(&self, number: u32) -> &str {
        self.texts.get(number as usize).map_or("", String::as_str)
    }
}

/// An element or an attribute.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) name: u32,
    pub(super) parent: Id,
    pub(super) line: u32,
    /// Its place among the siblings of its name, from 1; 0 if it is the only one.
    pub(super) ordinal: u32,
    /// True if there is text in it, or in anything below.
    pub(super) has_text: bool,
    /// The child that tells it from its siblings: the number of a line.
    pub(super) key: Id,
    /// Of the names and texts in it; two of the same are almost certainly the same.
    pub(super) hash: u64,
    /// The same without its key.
    pub(super) hash_of_rest: u64,
    first: Id,
    next: Id,
    text: (u32, u32),
}

/// A file as it was understood.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) nodes: Vec<Node>,
    texts: String,
    /// Numbers of the namespaces of its elements.
    pub(super) namespaces: BTreeSet<u32>,
    pub(super) oddities: BTreeSet<Oddity>,
    pub(super) encoding: Encoding,
    pub(super) has_mark: bool,
    /// Why it was not read to its end.
    pub(super) stopped: Option<&'static str>,
}

impl Document {
    /// Reads whatever the bytes hold.
    pub(super) fn read(bytes: &[u8], names: &mut Names) -> Self {
        let read = &bytes[..bytes.len().min(LONGEST)];
        let Decoded { text, encoding, has_mark } = decode(read);
        let mut building = Building::new(&text, names);
        let oddities = lenient::read(&text, &mut building);
        building.finish();
        if read.len() < bytes.len() {
            building.stopped = Some("it is so large that only its first 30 MB were compared");
        }
        let Building { nodes, texts, namespaces, stopped, .. } = building;
        Self { nodes, texts, namespaces, oddities, encoding, has_mark, stopped }
    }

    pub(super) fn node(&self, id: Id) -> &Node {
        &self.nodes[id as usize]
    }

    /// The text directly inside of it.
    pub(super) fn text(&self, id: Id) -> &str {
        let (start, end) = self.node(id).text;
        &self.texts[start as usize..end as usize]
    }

    pub(super) fn children(&self, id: Id) -> impl Iterator<Item = Id> {
        let from = |id: Id| (id != NONE).then_some(id);
        std::iter::successors(from(self.node(id).first), move |&id| from(self.node(id).next))
    }

    /// From the node's parent to the root.
    pub(super) fn ancestors(&self, id: Id) -> impl Iterator<Item = Id> {
        let from = |id: Id| (id != TOP && id != NONE).then_some(id);
        std::iter::successors(from(self.node(id).parent), move |&id| from(self.node(id).parent))
    }

    /// The node and all below it, in document order.
    pub(super) fn subtree(&self, id: Id) -> impl Iterator<Item = Id> {
        let mut todo = vec![id];
        std::iter::from_fn(move || {
            let id = todo.pop()?;
            let below = todo.len();
            todo.extend(self.children(id));
            todo[below..].reverse();
            Some(id)
        })
    }

    /// `Faktura/Fa/FaWiersz[3]/P_8B`.
    pub(super) fn path(&self, id: Id, names: &Names) -> String {
        let mut steps: Vec<Id> = self.ancestors(id).collect();
        steps.reverse();
        steps.push(id);
        let steps = steps.into_iter().map(|id| {
            let node = self.node(id);
            match node.ordinal {
                0 => names.name(node.name).to_owned(),
                ordinal => format!("{}[{ordinal}]", names.name(node.name)),
            }
        });
        steps.collect::<Vec<_>>().join("/")
    }

    /// True if both hold the same, to the last text.
    pub(super) fn is_same(&self, one: Id, other: &Self, twin: Id) -> bool {
        let mut todo = vec![(one, twin)];
        while let Some((one, twin)) = todo.pop() {
            if self.node(one).name != other.node(twin).name || self.text(one) != other.text(twin) {
                return false;
            }
            let (mut ours, mut theirs) = (self.children(one), other.children(twin));
            loop {
                match (ours.next(), theirs.next()) {
                    (Some(one), Some(twin)) => todo.push((one, twin)),
                    (None, None) => break,
                    _ => return false,
                }
            }
        }
        true
    }
}

/// An element whose end has not come yet.
struct Open {
    node: Id,
    last_child: Id,
    text: String,
    name: String,
}

struct Building<'x, 'n> {
    source: &'x str,
    names: &'n mut Names,
    nodes: Vec<Node>,
    texts: String,
    open: Vec<Open>,
    /// Prefixes in force, with the depth at which they were declared.
    prefixes: Vec<(usize, String, u32)>,
    namespaces: BTreeSet<u32>,
    /// The line that this byte is in.
    line: (usize, u32),
    /// How many children of each name an element has.
    counts: HashMap<u32, u32>,
    stopped: Option<&'static str>,
}

impl<'x, 'n> Building<'x, 'n> {
    fn new(source: &'x str, names: &'n mut Names) -> Self {
        let mut building = Self {
            source,
            names,
            nodes: Vec::new(),
            texts: String::new(),
            open: Vec::new(),
            prefixes: Vec::new(),
            namespaces: BTreeSet::new(),
            line: (0, 1),
            counts: HashMap::new(),
            stopped: None,
        };
        let name = building.names.number("");
        building.enter(name, "", 0);
        building
    }

    fn finish(&mut self) {
        while !self.open.is_empty() {
            self.leave();
        }
    }

    fn enter(&mut self, name: u32, written: &str, offset: usize) {
        let id = self.nodes.len() as Id;
        let mut parent = NONE;
        if let Some(open) = self.open.last_mut() {
            parent = open.node;
            match open.last_child {
                NONE => self.nodes[parent as usize].first = id,
                last => self.nodes[last as usize].next = id,
            }
            open.last_child = id;
        }
        let line = self.line_of(offset);
        self.nodes.push(Node {
            name,
            parent,
            line,
            ordinal: 0,
            has_text: false,
            key: NONE,
            hash: 0,
            hash_of_rest: 0,
            first: NONE,
            next: NONE,
            text: (0, 0),
        });
        self.open.push(Open { node: id, last_child: NONE, text: String::new(), name: written.to_owned() });
    }

    fn line_of(&mut self, offset: usize) -> u32 {
        let (from, line) = self.line;
        if let Some(between) = self.source.as_bytes().get(from..offset) {
            self.line = (offset, line + memchr::memchr_iter(b'\n', between).count() as u32);
        }
        self.line.1
    }

    fn leave(&mut self) {
        let Some(Open { node: id, text, .. }) = self.open.pop() else { return };
        let start = self.texts.len() as u32;
        self.texts.push_str(&xml::collapse(&text));
        let end = self.texts.len() as u32;
        self.number_children(id);
        let (mut hasher, mut of_rest) = (self.names.hashing.build_hasher(), self.names.hashing.build_hasher());
        let name = self.nodes[id as usize].name;
        for hasher in [&mut hasher, &mut of_rest] {
            (name, &self.texts[start as usize..end as usize]).hash(hasher);
        }
        let (mut has_text, mut key) = (start < end, NONE);
        let mut child = self.nodes[id as usize].first;
        while child != NONE {
            let Node { name: child_name, hash, has_text: child_has_text, next, .. } = self.nodes[child as usize];
            has_text |= child_has_text;
            hash.hash(&mut hasher);
            if key == NONE && is_key(self.names.name(child_name), self.names.name(name)) {
                key = child;
            } else {
                hash.hash(&mut of_rest);
            }
            child = next;
        }
        let node = &mut self.nodes[id as usize];
        (node.text, node.has_text, node.key) = ((start, end), has_text, key);
        (node.hash, node.hash_of_rest) = (hasher.finish(), of_rest.finish());
        let depth = self.open.len();
        while self.prefixes.last().is_some_and(|(declared, ..)| *declared > depth) {
            self.prefixes.pop();
        }
    }

    fn number_children(&mut self, id: Id) {
        self.counts.clear();
        let first = self.nodes[id as usize].first;
        let mut child = first;
        while child != NONE {
            let node = &mut self.nodes[child as usize];
            let count = self.counts.entry(node.name).or_default();
            *count += 1;
            node.ordinal = *count;
            child = node.next;
        }
        let mut child = first;
        while child != NONE {
            let node = &mut self.nodes[child as usize];
            if self.counts.get(&node.name) == Some(&1) {
                node.ordinal = 0;
            }
            child = node.next;
        }
    }

    fn namespace(&mut self, prefix: &str) {
        let known = self.prefixes.iter().rev().find(|(_, known, _)| known == prefix).map(|(.., namespace)| *namespace);
        let namespace = known.unwrap_or_else(|| self.names.number(if prefix.is_empty() { "" } else { prefix }));
        self.namespaces.insert(namespace);
    }
}

/// What numbers a line: in FA, FA_RR and an order `NrWiersza…`, in UBL `cbc:ID`.
fn is_key(name: &str, parent: &str) -> bool {
    matches!(name, "NrWierszaFa" | "NrWierszaZam") || name == "ID" && parent.ends_with("Line")
}

impl Listener for Building<'_, '_> {
    fn open(&mut self, name: &str, attributes: &mut dyn Iterator<Item = (&str, Cow<'_, str>)>, offset: usize) -> Go {
        if self.nodes.len() >= MOST_NODES {
            self.stopped = Some("it has more than a million elements, and only those were compared");
            return Go::Stop;
        }
        if self.open.len() > DEEPEST {
            self.stopped =
                Some("its elements are nested deeper than in any invoice, and only what stands before was compared");
            return Go::Stop;
        }
        let (prefix, local) = name.split_once(':').unwrap_or(("", name));
        let number = self.names.number(local);
        self.enter(number, name, offset);
        let depth = self.open.len();
        for (name, value) in attributes {
            let (attribute_prefix, local) = name.split_once(':').unwrap_or(("", name));
            let declared = match (attribute_prefix, local) {
                ("", "xmlns") => Some(""),
                ("xmlns", prefix) => Some(prefix),
                _ => None,
            };
            if let Some(prefix) = declared {
                if self.prefixes.len() < MOST_NAMESPACES {
                    let namespace = self.names.number(value.trim());
                    self.prefixes.push((depth, prefix.to_owned(), namespace));
                }
            } else if self.nodes.len() < MOST_NODES {
                let number = self.names.number(&format!("@{local}"));
                self.enter(number, "", offset);
                self.text(&value);
                self.leave();
            }
        }
        self.namespace(prefix);
        Go::On
    }

    fn text(&mut self, text: &str) {
        if let Some(open) = self.open.last_mut() {
            open.text.push_str(text);
        }
    }

    fn close(&mut self) {
        // The top is closed by `finish`.
        if self.open.len() > 1 {
            self.leave();
        }
    }

    fn is_open(&self, depth: usize, name: &str) -> bool {
        self.open.iter().rev().nth(depth).is_some_and(|open| open.node != TOP && open.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, names: &mut Names) -> Document {
        Document::read(text.as_bytes(), names)
    }

    fn paths(text: &str) -> Vec<String> {
        let mut names = Names::default();
        let document = read(text, &mut names);
        let below = document.subtree(TOP).skip(1);
        below
            .map(|id| format!("{} {}={}", document.node(id).line, document.path(id, &names), document.text(id)))
            .collect()
    }

    #[test]
    fn places_lines_and_texts() {
        let text = "<?xml version='1.0'?>\n<p:F xmlns:p='urn:x' v='1'>\n <L><N> 1\n</N></L>\n<L><N>2</N></L></p:F>";
        let expected = ["2 F=", "2 F/@v=1", "3 F/L[1]=", "3 F/L[1]/N=1", "5 F/L[2]=", "5 F/L[2]/N=2"];
        assert_eq!(paths(text), expected);
        assert_eq!(paths("<a/><b/>"), ["1 a=", "1 b="]);
        assert_eq!(paths("no XML"), [""; 0]);
    }

    #[test]
    fn prefixes_do_not_count_and_texts_do() {
        let mut names = Names::default();
        let one = read("<a xmlns='urn:x'><b>1</b></a>", &mut names);
        for (text, is_same, has_namespace) in [
            ("<p:a xmlns:p='urn:x'>\n<p:b>1</p:b>\n</p:a>", true, true),
            ("<a xmlns='urn:y'><b>1</b></a>", true, false),
            ("<a xmlns='urn:x'><b>2</b></a>", false, true),
            ("<a xmlns='urn:x'><b>1</b><b/></a>", false, true),
        ] {
            let other = read(text, &mut names);
            assert_eq!(one.is_same(TOP, &other, TOP), is_same, "{text}");
            assert_eq!(one.node(TOP).hash == other.node(TOP).hash, is_same, "{text}");
            assert_eq!(one.namespaces == other.namespaces, has_namespace, "{text}");
        }
    }

    #[test]
    fn lines_are_known_by_their_numbers() {
        let mut names = Names::default();
        let document = read(
            "<F><L><NrWierszaFa>1</NrWierszaFa><P>x</P></L><L><NrWierszaFa>2</NrWierszaFa><P>x</P></L></F>",
            &mut names,
        );
        let lines: Vec<Id> = document.children(1).collect();
        let [one, two] = [document.node(lines[0]), document.node(lines[1])];
        assert!(one.hash != two.hash && one.hash_of_rest == two.hash_of_rest);
        assert_eq!(document.text(two.key), "2");
    }

    #[test]
    fn what_is_too_deep_or_too_much_is_left() {
        let mut names = Names::default();
        let deep = read(&"<a>".repeat(100_000), &mut names);
        assert!(deep.stopped.is_some() && deep.nodes.len() <= DEEPEST + 2);
        let many = read(&format!("<a>{}", "<b/>".repeat(MOST_NODES + 10)), &mut names);
        assert!(many.stopped.is_some() && many.nodes.len() <= MOST_NODES + 1);
    }
}
