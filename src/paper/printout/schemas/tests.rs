//! The Ministry's schemas are not part of this project. Where they lie beside it, each element of each form gets a value of its own,
//! and each of these is on a page, under a name that is not the element's.

use std::collections::{HashMap, HashSet, VecDeque};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use roxmltree::{Document, Node};

use super::tests::texts;
use super::*;
use crate::invoice::{Form, Invoice};

const SCHEMAS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/schemas");

fn example(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/invoices/good").join(name);
    fs::read_to_string(path).unwrap()
}

#[test]
fn every_element_of_fa_and_rr_is_drawn() {
    for (schema, form, name) in [
        ("FA/schemat_FA(3)_v1-0E.xsd", Form::Fa3, "fa3-basic.xml"),
        ("FA/schemat_FA(2)_v1-0E.xsd", Form::Fa2, "fa2-basic.xml"),
        ("RR/schemat_FA_RR(1)_v1-1E.xsd", Form::FaRr1, "rr-basic.xml"),
    ] {
        let Ok(text) = fs::read_to_string(Path::new(SCHEMAS).join(schema)) else { continue };
        let schema = Document::parse(&text).unwrap();
        let root = schema.root_element().children().find(|node| is(node, "element")).unwrap();
        let mut instance = Instance::default();
        instance.element(root, 0);
        assert!(instance.values.len() > 80);
        let invoice = Invoice::read(example(name).as_bytes()).unwrap();
        let drawn = texts(&invoice, &instance.xml, Languages::default());
        for (name, value) in &instance.values {
            assert!(drawn.contains(value), "{name} is not drawn");
            assert!(labels::label(form == Form::FaRr1, "", name).is_some(), "{name} has no words");
        }
    }
}

/// UBL has elements within elements without an end: each is tried once in each element that it may stand in, as near to the root as it
/// may.
#[test]
fn every_element_of_pef_is_drawn() {
    for (schema, name) in
        [("Schemat_PEF(3)_v2-1.xsd", "pef-basic.xml"), ("Schemat_PEF_KOR(3)_v2-1.xsd", "pef-kor-basic.xml")]
    {
        let folder = Path::new(SCHEMAS).join("PEF");
        let Ok(main) = fs::read_to_string(folder.join(schema)) else { continue };
        let parts = fs::read_dir(folder.join("bazowe")).unwrap().map(|entry| entry.unwrap().path());
        let mut paths: Vec<_> = parts.collect();
        paths.sort();
        let mut files = vec![main];
        files.extend(paths.into_iter().map(|path| fs::read_to_string(path).unwrap()));
        let options = || roxmltree::ParsingOptions { allow_dtd: true, ..roxmltree::ParsingOptions::default() };
        let documents: Vec<_> =
            files.iter().map(|text| Document::parse_with_options(text, options()).unwrap()).collect();
        let ubl = Ubl::new(&documents);
        let mut instance = Instance::default();
        ubl.write(&mut instance);
        assert!(instance.values.len() > 4000, "{}", instance.values.len());
        let invoice = Invoice::read(example(name).as_bytes()).unwrap();
        let drawn = texts(&invoice, &instance.xml, Languages::default());
        for (name, value) in &instance.values {
            // Bytes of files: their name, kind and length are drawn, and the file stays in the XML.
            let is_drawn = drawn.contains(value) || name.ends_with("BinaryObject");
            assert!(is_drawn, "{name} {value} is not drawn: {}", instance.around(value));
        }
    }
}

/// What EN 16931 and the Polish extension have is called in Polish.
#[test]
fn what_invoices_of_pef_have_has_polish_words() {
    let folder = Path::new(SCHEMAS).join("PEF/bazowe");
    for file in [
        "20241206_PEFPL-CommonAggregateComponents-2.1-v1.4.34.xsd",
        "20241206_PEFPL-CommonBasicComponents-2.1-v1.4.34.xsd",
    ] {
        let Ok(text) = fs::read_to_string(folder.join(file)) else { continue };
        let schema = Document::parse(&text).unwrap();
        for element in schema.root_element().children().filter(|node| is(node, "element")) {
            let name = element.attribute("name").unwrap();
            assert!(pef_labels::label(name).is_some(), "{name} has no words");
        }
    }
}

fn is(node: &Node<'_, '_>, name: &str) -> bool {
    node.tag_name().name() == name
}

/// An instance with every element of the schema, whether they may stand beside each other or not.
#[derive(Default)]
struct Instance {
    xml: String,
    values: Vec<(String, String)>,
}

impl Instance {
    fn element(&mut self, node: Node<'_, '_>, depth: usize) {
        assert!(depth < 40);
        let name = node.attribute("name").unwrap();
        let own = node.children().find(|child| is(child, "complexType"));
        let named = node.attribute("type").and_then(|kind| kind.strip_prefix("tns:"));
        let of_name = |child: &Node<'_, '_>| is(child, "complexType") && child.attribute("name") == named;
        let complex =
            own.or_else(|| node.document().root_element().children().find(|child| named.is_some() && of_name(child)));
        let parts: Vec<_> = complex.into_iter().flat_map(parts).collect();
        let attributes = parts.iter().filter(|part| is(part, "attribute"));
        self.open(name, attributes.filter_map(|part| part.attribute("name")));
        let mut is_leaf = true;
        for part in parts.iter().filter(|part| is(part, "element")) {
            is_leaf = false;
            self.element(*part, depth + 1);
        }
        if is_leaf {
            let value = self.value(name);
            self.xml.push_str(&value);
        }
        self.close(name);
    }

    fn open<'a>(&mut self, name: &str, attributes: impl Iterator<Item = &'a str>) {
        let _ = write!(self.xml, "<{name}");
        for attribute in attributes {
            let value = self.value(attribute);
            let _ = write!(self.xml, " {attribute}='{value}'");
        }
        self.xml.push('>');
    }

    fn close(&mut self, name: &str) {
        let _ = write!(self.xml, "</{name}>");
    }

    fn value(&mut self, name: &str) -> String {
        let value = format!("w{}w", self.values.len());
        self.values.push((name.to_owned(), value.clone()));
        value
    }

    fn around(&self, value: &str) -> &str {
        let place = self.xml.find(value).unwrap();
        &self.xml[place.saturating_sub(200)..(place + 50).min(self.xml.len())]
    }
}

/// The elements and attributes that stand directly in an element of this type.
fn parts<'a>(kind: Node<'a, 'a>) -> Vec<Node<'a, 'a>> {
    let mut found = Vec::new();
    for child in kind.children() {
        match child.tag_name().name() {
            "element" | "attribute" => found.push(child),
            "sequence" | "choice" | "all" | "simpleContent" | "complexContent" | "extension" | "restriction" => {
                found.extend(parts(child));
            }
            _ => {}
        }
    }
    found
}

/// A name and its namespace.
type Name = (String, String);

/// The declarations of all files.
struct Ubl<'a> {
    root: Name,
    elements: HashMap<Name, Node<'a, 'a>>,
    types: HashMap<Name, Node<'a, 'a>>,
}

impl<'a> Ubl<'a> {
    fn new(documents: &'a [Document<'a>]) -> Self {
        let mut ubl = Self { root: Name::default(), elements: HashMap::new(), types: HashMap::new() };
        for schema in documents.iter().map(Document::root_element) {
            let namespace = schema.attribute("targetNamespace").unwrap_or_default();
            for node in schema.children().filter(Node::is_element) {
                let Some(name) = node.attribute("name") else { continue };
                let name = (namespace.to_owned(), name.to_owned());
                match node.tag_name().name() {
                    "element" => ubl.elements.insert(name.clone(), node),
                    "complexType" => ubl.types.insert(name.clone(), node),
                    _ => None,
                };
                if ubl.root.0.is_empty() && is(&node, "element") {
                    ubl.root = name;
                }
            }
        }
        ubl
    }

    fn name(node: Node<'_, '_>, qualified: &str) -> Name {
        let (prefix, local) = qualified.split_once(':').unwrap_or(("", qualified));
        let prefix = Some(prefix).filter(|prefix| !prefix.is_empty());
        (node.lookup_namespace_uri(prefix).unwrap_or_default().to_owned(), local.to_owned())
    }

    fn kind(&self, element: &Name) -> Option<Node<'a, 'a>> {
        let node = *self.elements.get(element)?;
        let own = node.children().find(|child| is(child, "complexType"));
        own.or_else(|| self.types.get(&Self::name(node, node.attribute("type")?)).copied())
    }

    fn children(&self, element: &Name) -> Vec<Name> {
        let parts = self.kind(element).map(parts).unwrap_or_default();
        let mut names: Vec<Name> =
            parts.iter().filter_map(|part| part.attribute("ref").map(|name| Self::name(*part, name))).collect();
        if element.1 == "ExtensionContent" {
            let is_polish = |name: &&Name| name.0 == "urn:pl:extended:CommonAggregateComponents-2";
            names.extend(self.elements.keys().filter(is_polish).cloned());
            names.sort();
        }
        // Each type has extensions of its own, which are anything.
        names.retain(|name| self.elements.contains_key(name) && (name.1 != "UBLExtensions" || element == &self.root));
        names
    }

    /// Of the value of an element, through the types that it extends.
    fn attributes(&self, element: &Name) -> Vec<String> {
        let mut found = Vec::new();
        let mut kind = self.kind(element);
        while let Some(node) = kind {
            for part in parts(node).iter().filter(|part| is(part, "attribute")) {
                let name = part.attribute("name").unwrap_or_default().to_owned();
                if !found.contains(&name) && !name.is_empty() {
                    found.push(name);
                }
            }
            let base = node.descendants().find_map(|part| Some((part, part.attribute("base")?)));
            kind = base.and_then(|(part, base)| self.types.get(&Self::name(part, base)).copied());
        }
        found
    }

    fn write(&self, instance: &mut Instance) {
        // Whose children are written, and in whom it stands: those that are found first, nearest to the root.
        let mut within: HashMap<Name, Name> = HashMap::new();
        let mut seen: HashSet<Name> = HashSet::from([self.root.clone()]);
        let mut next = VecDeque::from([self.root.clone()]);
        while let Some(name) = next.pop_front() {
            for child in self.children(&name) {
                if !self.children(&child).is_empty() && seen.insert(child.clone()) {
                    within.insert(child.clone(), name.clone());
                    next.push_back(child);
                }
            }
        }
        self.write_element(&self.root, &within, instance);
    }

    fn write_element(&self, name: &Name, within: &HashMap<Name, Name>, instance: &mut Instance) {
        let children = self.children(name);
        if children.is_empty() {
            let attributes = self.attributes(name);
            instance.open(&name.1, attributes.iter().map(String::as_str));
            let value = instance.value(&name.1);
            instance.xml.push_str(&value);
        } else {
            instance.open(&name.1, std::iter::empty());
            for child in children {
                let is_here = self.children(&child).is_empty() || within.get(&child) == Some(name);
                if is_here {
                    self.write_element(&child, within, instance);
                }
            }
        }
        instance.close(&name.1);
    }
}
