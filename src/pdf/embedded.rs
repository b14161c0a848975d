use std::collections::HashSet;

use super::document::file::File;
use super::page::pages;
use crate::error::{Error, Kind, Result};
use crate::pdf_objects::{Dict, Object, Stream};

/// An XML file that is embedded in a PDF.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Embedded {
    /// Its name, as the PDF says it: it may be anything, a path too; never write to it.
    pub name: String,
    /// Its bytes, exactly as they were embedded.
    pub bytes: Vec<u8>,
}

/// A hybrid invoice has one or two.
const MOST: usize = 100;
/// In bytes, all together. KSeF takes three million.
const LARGEST: usize = 32 << 20;
/// Nodes of the tree of names.
const MOST_NODES: usize = 1000;
/// Pages whose attachments are looked at.
const MOST_PAGES: usize = 20;

/// All XML files of the list of attachments (/EmbeddedFiles), the associated files (/AF) and attachment annotations.
pub(super) fn xml(file: &File) -> Result<Vec<Embedded>> {
    let catalog = file.catalog()?;
    let mut specifications = Vec::new();
    let names = file.dict_in(&catalog, "Names")?.unwrap_or_default();
    if let Some(root) = names.get("EmbeddedFiles") {
        tree(file, root, &mut specifications)?;
    }
    specifications.extend(file.items(&catalog, "AF")?.into_iter().take(MOST + 1));
    let mut first = Vec::new();
    pages::each(file, &mut |page| {
        first.push(page);
        first.len() < MOST_PAGES
    })?;
    for page in &first {
        specifications.extend(file.items(&page.dict, "AF")?.into_iter().take(MOST + 1));
        for annotation in file.items(&page.dict, "Annots")?.iter().take(1000) {
            let Some(annotation) = file.dict(annotation)? else { continue };
            if annotation.is("Subtype", "FileAttachment") {
                specifications.extend(annotation.get("FS").cloned());
            }
        }
    }
    let (mut found, mut seen, mut left) = (Vec::new(), HashSet::new(), LARGEST);
    for specification in &specifications {
        let Some(specification) = file.dict(specification)? else { continue };
        let Some((name, stream)) = attachment(file, &specification)? else { continue };
        if !seen.insert(stream.id) {
            continue;
        }
        if seen.len() > MOST {
            return Err(Error::new(Kind::PdfLimits, format!("the PDF has more than {MOST} attachments")));
        }
        if is_xml(&name, &stream) {
            let bytes = file.decode(&stream, left)?;
            left -= bytes.len();
            found.push(Embedded { name, bytes });
        }
    }
    Ok(found)
}

/// The values of a tree of names (ISO 32000-1, 7.9.6), from left to right.
fn tree(file: &File, root: &Object, values: &mut Vec<Object>) -> Result<()> {
    let mut todo = vec![root.clone()];
    let mut nodes = 0;
    while let Some(node) = todo.pop() {
        nodes += 1;
        if nodes > MOST_NODES {
            return Err(Error::new(Kind::PdfLimits, "the list of attachments is endless"));
        }
        let Some(node) = file.dict(&node)? else { continue };
        let pairs = file.items(&node, "Names")?;
        values.extend(pairs.chunks(2).filter_map(|pair| pair.get(1).cloned()).take(MOST + 1));
        todo.extend(file.items(&node, "Kids")?.into_iter().take(MOST_NODES).rev());
    }
    Ok(())
}

fn attachment(file: &File, specification: &Dict) -> Result<Option<(String, Stream)>> {
    let Some(files) = file.dict_in(specification, "EF")? else { return Ok(None) };
    let mut stream = None;
    for key in ["UF", "F"] {
        if let Some(value) = files.get(key).filter(|_| stream.is_none()) {
            stream = file.stream(value)?;
        }
    }
    let mut name = String::new();
    for key in ["UF", "F"] {
        if let Some(text) = file.value(specification, key)?.as_text().filter(|_| name.is_empty()) {
            name = readable(text);
        }
    }
    Ok(stream.map(|stream| (name, stream)))
}

fn is_xml(name: &str, stream: &Stream) -> bool {
    let kind = stream.dict.get("Subtype").and_then(Object::as_name).unwrap_or_default();
    let by_name = name.rsplit_once('.').is_some_and(|(_, ending)| ending.eq_ignore_ascii_case("xml"));
    by_name || [&b"text/xml"[..], b"application/xml"].contains(&kind)
}

/// A text string (ISO 32000-1, 7.9.2.2): UTF-16 or UTF-8 with a mark, else PDFDocEncoding, of which Latin-1 is the
/// part that names of files are made of.
fn readable(text: &[u8]) -> String {
    match text {
        [0xfe, 0xff, rest @ ..] => {
            let units: Vec<u16> =
                rest.chunks(2).map(|pair| pair.iter().fold(0, |unit, &byte| unit << 8 | u16::from(byte))).collect();
            String::from_utf16_lossy(&units)
        }
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => text.iter().map(|&byte| char::from(byte)).collect(),
    }
}
