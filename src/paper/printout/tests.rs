use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use super::page::Item;
use super::words::Words;
use super::*;
use crate::invoice::Invoice;
use crate::xml::Element;

fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_lowercase()
}

/// All texts of the pages, without white space: lines end anywhere.
fn texts(invoice: &Invoice, xml: &str, languages: Languages) -> String {
    let drawn = printout::drawn_of(invoice, xml, languages);
    let texts = drawn.pages.iter().flatten().filter_map(|item| match item {
        Item::Text { text, .. } => Some(squeezed(text)),
        _ => None,
    });
    texts.collect()
}

fn good() -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/invoices/good");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let drawn = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        path.extension().is_some_and(|ending| ending == "xml") && !name.starts_with("pef")
    };
    let files: Vec<_> = files.filter(drawn).map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect();
    assert!(files.len() > 9);
    files
}

/// Every value that stands in an element or an attribute.
fn values<'e>(element: &'e Element, found: &mut Vec<(&'e str, &'e str)>) {
    found.extend(element.attributes.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    if !element.value().is_empty() {
        found.push((&element.name, element.value()));
    }
    element.children.iter().for_each(|child| values(child, found));
}

/// What is said in other words than "yes", "no" or the value: annotations, and what a line was before.
fn is_said_otherwise(words: Words, name: &str, value: &str) -> bool {
    let is_mark = words.kind(name) == labels::Kind::Mark && matches!(value, "1" | "2");
    is_mark || (name == "Typ" && matches!(value, "date" | "datetime" | "dec" | "int" | "time" | "txt"))
}

#[test]
fn every_value_of_the_good_invoices_is_on_the_page() {
    for (path, xml) in good() {
        let invoice = Invoice::read(xml.as_bytes()).unwrap();
        let root = Element::read(&xml).unwrap();
        let mut all = Vec::new();
        values(&root, &mut all);
        for languages in ["pl", "en", "both"].map(|languages| languages.parse().unwrap()) {
            let drawn = texts(&invoice, &xml, languages);
            let words = Words { languages, is_rr: path.ends_with("rr-basic.xml") };
            for (name, value) in all.iter().filter(|(name, value)| !is_said_otherwise(words, name, value)) {
                let shown = squeezed(&words.value(name, value));
                // Columns of attachments are figures by their type.
                let is_shown = drawn.contains(&shown) || drawn.contains(&squeezed(&words.figure(value)));
                assert!(is_shown, "{}: {name} {value} as {shown} in\n{drawn}", path.display());
            }
        }
    }
}

#[test]
fn a_mark_is_said_in_its_words() {
    let (_, xml) = good().into_iter().find(|(path, _)| path.ends_with("fa3-self-billed.xml")).unwrap();
    let drawn = texts(&Invoice::read(xml.as_bytes()).unwrap(), &xml, Languages::default());
    let (yes, no) = drawn.split_once("niedotyczy:").unwrap();
    assert!(yes.contains("adnotacjesamofakturowanie"), "{yes}");
    for what in
        ["metodakasowa", "odwrotneobciążenie", "mechanizmpodzielonejpłatności", "zwolnieniezpodatku", "proceduramarży"]
    {
        assert!(no.contains(what), "{what}: {no}");
    }
}

/// The Ministry's schemas are not part of this project. Where they lie beside it, each element of each form gets a value of its own,
/// and each of these is on a page, under a name that is not the element's.
#[test]
fn every_element_of_the_schemas_is_drawn() {
    let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/schemas");
    let basic = |name: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/invoices/good").join(name);
        fs::read_to_string(path).unwrap()
    };
    for (schema, example) in [
        ("FA/schemat_FA(3)_v1-0E.xsd", "fa3-basic.xml"),
        ("FA/schemat_FA(2)_v1-0E.xsd", "fa2-basic.xml"),
        ("RR/schemat_FA_RR(1)_v1-1E.xsd", "rr-basic.xml"),
    ] {
        let Ok(text) = fs::read_to_string(schemas.join(schema)) else { continue };
        let schema = roxmltree::Document::parse(&text).unwrap();
        let root = schema.root_element().children().find(|node| is(node, "element")).unwrap();
        let mut instance = Instance { xml: String::new(), values: Vec::new() };
        instance.element(root, 0);
        assert!(instance.values.len() > 80);
        let xml = basic(example);
        let invoice = Invoice::read(xml.as_bytes()).unwrap();
        let drawn = texts(&invoice, &instance.xml, Languages::default());
        for (name, value) in &instance.values {
            assert!(drawn.contains(value), "{name} is not drawn");
            assert!(labels::label(false, name).is_some(), "{name} has no words");
        }
    }
}

fn is(node: &roxmltree::Node<'_, '_>, name: &str) -> bool {
    node.tag_name().name() == name
}

/// An instance with every element of the schema, whether they may stand beside each other or not.
struct Instance {
    xml: String,
    values: Vec<(String, String)>,
}

impl Instance {
    fn element(&mut self, node: roxmltree::Node<'_, '_>, depth: usize) {
        assert!(depth < 40);
        let name = node.attribute("name").unwrap();
        let own = node.children().find(|child| is(child, "complexType"));
        let named = node.attribute("type").and_then(|kind| kind.strip_prefix("tns:"));
        let of_name = |child: &roxmltree::Node<'_, '_>| is(child, "complexType") && child.attribute("name") == named;
        let complex =
            own.or_else(|| node.document().root_element().children().find(|child| named.is_some() && of_name(child)));
        let parts: Vec<_> = complex.into_iter().flat_map(parts).collect();
        let _ = write!(self.xml, "<{name}");
        for attribute in parts.iter().filter(|part| is(part, "attribute")) {
            let value = self.value(attribute.attribute("name").unwrap());
            let _ = write!(self.xml, " {}='{value}'", attribute.attribute("name").unwrap());
        }
        self.xml.push('>');
        let mut is_leaf = true;
        for part in parts.iter().filter(|part| is(part, "element")) {
            is_leaf = false;
            self.element(*part, depth + 1);
        }
        if is_leaf {
            let value = self.value(name);
            self.xml.push_str(&value);
        }
        let _ = write!(self.xml, "</{name}>");
    }

    fn value(&mut self, name: &str) -> String {
        let value = format!("w{}w", self.values.len());
        self.values.push((name.to_owned(), value.clone()));
        value
    }
}

/// The elements and attributes that stand directly in an element of this type.
fn parts<'a>(kind: roxmltree::Node<'a, 'a>) -> Vec<roxmltree::Node<'a, 'a>> {
    let mut found = Vec::new();
    for child in kind.children() {
        match child.tag_name().name() {
            "element" | "attribute" => found.push(child),
            "sequence" | "choice" | "all" | "simpleContent" | "complexContent" | "extension" => {
                found.extend(parts(child));
            }
            _ => {}
        }
    }
    found
}

#[test]
fn what_no_schema_has_is_drawn_too() {
    let (_, xml) = good().into_iter().find(|(path, _)| path.ends_with("fa3-basic.xml")).unwrap();
    let odd = xml
        .replacen("<Fa>", "<Fa>loose<Own a='attr'>inner<In>deep</In></Own>", 1)
        .replacen("</Podmiot1>", "<X y='z9'>beside</X></Podmiot1>", 1)
        .replacen("</FaWiersz>", "<P_7>second</P_7><New>fresh</New></FaWiersz>", 1)
        .replacen("</Faktura>", "<Tail>last</Tail></Faktura>", 1);
    let invoice = Invoice::read(xml.as_bytes()).unwrap();
    let drawn = texts(&invoice, &odd, Languages::default());
    for value in ["loose", "attr", "inner", "deep", "z9", "beside", "second", "fresh", "last"] {
        assert!(drawn.contains(value), "{value} in {drawn}");
    }
}

/// Long texts, many lines: on as many pages as they take, and none beyond the edge.
#[test]
fn ten_thousand_lines_and_texts_without_an_end() {
    let (_, xml) = good().into_iter().find(|(path, _)| path.ends_with("fa3-basic.xml")).unwrap();
    let (before, rest) = xml.split_once("<FaWiersz>").unwrap();
    let (line, _) = rest.split_once("</FaWiersz>").unwrap();
    let after = rest.rsplit_once("</FaWiersz>").unwrap().1;
    let lines = format!("<FaWiersz>{line}</FaWiersz>").repeat(10_000);
    let long = before.replacen("<Nazwa>", &format!("<Nazwa>{}", "Wół ".repeat(3000) + &"X".repeat(20_000)), 1);
    for many in [format!("{before}{lines}{after}"), format!("{long}<FaWiersz>{line}</FaWiersz>{after}")] {
        let drawn = printout::drawn_of(&Invoice::read(xml.as_bytes()).unwrap(), &many, Languages::Both);
        assert!(drawn.pages.len() > 5, "{}", drawn.pages.len());
        for item in drawn.pages.iter().flatten() {
            let Item::Text { at: [x, y], style, text, .. } = item else { continue };
            let right = x + style.width(text.trim_end());
            assert!(*x >= 41.9 && right <= page::PAGE[0] - 41.0, "{text} from {x} to {right}");
            assert!(*y > 40.0 && *y < page::PAGE[1] - 25.0, "{text} at {y}");
        }
    }
}

#[test]
fn the_same_invoice_gives_the_same_bytes_with_its_own_in_them() {
    for (path, xml) in good() {
        let invoice = Invoice::read(xml.as_bytes()).unwrap();
        let printed = Printout::new(&invoice, xml.as_bytes(), Languages::Both).pdf().unwrap();
        assert_eq!(
            printed,
            Printout::new(&invoice, xml.as_bytes(), Languages::Both).pdf().unwrap(),
            "{}",
            path.display()
        );
        assert_eq!(printed.missing, []);
        let file = lopdf::Document::load_mem(&printed.bytes).unwrap();
        let embedded = file.objects.values().filter_map(|object| object.as_stream().ok());
        let is_file = |stream: &&lopdf::Stream| {
            stream.dict.get(b"Type").is_ok_and(|kind| kind.as_name().is_ok_and(|kind| kind == b"EmbeddedFile"))
        };
        let embedded: Vec<_> = embedded.filter(is_file).map(|stream| stream.decompressed_content().unwrap()).collect();
        assert_eq!(embedded, [xml.clone().into_bytes()]);
    }
}

#[test]
fn letters_that_the_font_lacks_are_told() {
    let (_, xml) = good().into_iter().find(|(path, _)| path.ends_with("fa3-basic.xml")).unwrap();
    let odd = xml.replacen("<Nazwa>", "<Nazwa>漢字漢\u{e001}\u{ad}", 1);
    let invoice = Invoice::read(odd.as_bytes()).unwrap();
    let printed = Printout::new(&invoice, odd.as_bytes(), Languages::default()).pdf().unwrap();
    assert_eq!(printed.missing, ['漢', '字', '\u{e001}']);
}

#[test]
fn pef_is_refused() {
    let xml = include_bytes!("../../../fixtures/invoices/good/pef-basic.xml");
    let invoice = Invoice::read(xml).unwrap();
    let refused = Printout::new(&invoice, xml, Languages::default()).pdf().unwrap_err();
    assert_eq!(refused.code(), "not_drawn");
}
