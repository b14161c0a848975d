//! A line of a manifest, read back: what a later run goes on with.

use std::borrow::Cow;

use serde::Deserialize;

use super::document::DOCUMENTS;
use super::manifest::{Code, DocumentRecord, Kept, Picture, SignedCode};
use super::names::Names;
use super::worker::picture_name;
use crate::link::Link;
use crate::render::{Label, PictureFormat};
use crate::sign::{Algorithm, ContextChoice, ContextSource};
use crate::values::InvoiceHash;

/// In bytes. A line with a stamped PDF of 100 MB in it has half; one of more than this is no line, and is not read to its
/// end.
pub(super) const LONGEST_LINE: u64 = 1 << 28;

/// The fields of a line that a later run goes on with.
#[derive(Deserialize)]
pub(super) struct Line<'l> {
    #[serde(borrow)]
    pub(super) r#type: Cow<'l, str>,
    pub(super) status: Option<Cow<'l, str>>,
    input: Option<Cow<'l, str>>,
    invoice_number: Option<Cow<'l, str>>,
    hash_base64: Option<Cow<'l, str>>,
    pub(super) replaces: Option<Cow<'l, str>>,
    context_source: Option<Cow<'l, str>>,
    ksef_number: Option<Cow<'l, str>>,
    kod1: Option<CodeLine<'l>>,
    kod2: Option<CodeLine<'l>>,
    document: Option<DocumentLine<'l>>,
}

#[derive(Deserialize)]
struct CodeLine<'l> {
    #[serde(borrow)]
    url: Cow<'l, str>,
    label: Cow<'l, str>,
    png: Option<Cow<'l, str>>,
    svg: Option<Cow<'l, str>>,
    pdf: Option<Cow<'l, str>>,
    png_base64: Option<Cow<'l, str>>,
    svg_base64: Option<Cow<'l, str>>,
    pdf_base64: Option<Cow<'l, str>>,
    algorithm: Option<Cow<'l, str>>,
}

#[derive(Deserialize)]
struct DocumentLine<'l> {
    #[serde(borrow)]
    r#type: Cow<'l, str>,
    file: Option<Cow<'l, str>>,
    base64: Option<Cow<'l, str>>,
    #[serde(default)]
    pages: Vec<u32>,
    invoice: Option<Cow<'l, str>>,
    pdf_sha256: Option<Cow<'l, str>>,
}

impl Line<'_> {
    /// The input and the codes, if the parts of the line fit each other. The names that its pictures have are
    /// reserved.
    pub(super) fn parse(&self, names: &mut Names) -> Option<(String, Kept)> {
        let hash = InvoiceHash::from_base64(self.hash_base64.as_deref()?).ok()?;
        let kod1 = self.kod1.as_ref()?.parse("kod1", names)?;
        let Ok(Link::Kod1(link)) = Link::parse(&kod1.url) else { return None };
        if link.hash != hash {
            return None;
        }
        let kod2 = match &self.kod2 {
            Some(fields) => {
                let code = fields.parse("kod2", names)?;
                let Ok(Link::Kod2(link)) = Link::parse(&code.url) else { return None };
                if link.unsigned.hash != hash || stem("kod2", &code) != stem("kod1", &kod1) {
                    return None;
                }
                let source = ContextSource::parse(self.context_source.as_deref()?)?;
                let context = ContextChoice { context: link.unsigned.context, source };
                let algorithm = Algorithm::parse(fields.algorithm.as_deref()?)?;
                Some(SignedCode { code, context, algorithm, serial: link.unsigned.serial })
            }
            None => None,
        };
        if (self.status.as_deref() == Some("signed")) != kod2.is_some() {
            return None;
        }
        let ksef_number = match self.ksef_number.as_deref() {
            Some(number) => Some(number.parse().ok()?),
            None => None,
        };
        let document = match &self.document {
            Some(document) => Some(document.parse(names)?),
            None => None,
        };
        let number = self.invoice_number.as_deref()?.to_owned();
        Some((
            self.input.as_deref()?.to_owned(),
            Kept { hash, number, ksef_number, kod1, kod2, document, redrawn: false },
        ))
    }
}

impl CodeLine<'_> {
    fn parse(&self, name: &str, names: &mut Names) -> Option<Code> {
        let mut pictures = Vec::new();
        for format in PictureFormat::ALL {
            let (file, embedded) = match format {
                PictureFormat::Png => (&self.png, &self.png_base64),
                PictureFormat::Svg => (&self.svg, &self.svg_base64),
                PictureFormat::Pdf => (&self.pdf, &self.pdf_base64),
            };
            if let Some(file) = file {
                // A manifest that was changed by hand must not lead out of the folder.
                let stem = file.strip_suffix(&picture_name("", name, format))?;
                if !names.reserve(stem) {
                    return None;
                }
                pictures.push((format, Picture::File(file.to_string())));
            } else if let Some(embedded) = embedded {
                pictures.push((format, Picture::Embedded(embedded.to_string())));
            }
        }
        Some(Code { url: self.url.to_string(), label: Label::new(&self.label).ok()?, pictures })
    }
}

impl DocumentLine<'_> {
    fn parse(&self, names: &mut Names) -> Option<DocumentRecord> {
        let place = match (&self.file, &self.base64) {
            (Some(file), _) => {
                if !names.reserve(document_stem(&self.r#type, file)?) {
                    return None;
                }
                Picture::File(file.to_string())
            }
            (None, Some(bytes)) => Picture::Embedded(bytes.to_string()),
            (None, None) => return None,
        };
        Some(DocumentRecord {
            kind: self.r#type.to_string(),
            place,
            pages: self.pages.clone(),
            invoice: self.invoice.as_deref().map(str::to_owned),
            pdf_sha256: self.pdf_sha256.as_deref().map(str::to_owned),
        })
    }
}

impl Kept {
    /// What its pictures or its document are named after, if it has any in files.
    pub(super) fn stem(&self) -> Option<&str> {
        stem("kod1", &self.kod1).or_else(|| match self.document.as_ref()? {
            DocumentRecord { kind, place: Picture::File(file), .. } => document_stem(kind, file),
            _ => None,
        })
    }
}

fn document_stem<'f>(kind: &str, file: &'f str) -> Option<&'f str> {
    let mut endings = DOCUMENTS.iter().filter(|(of, _)| *of == kind);
    endings.find_map(|(_, ending)| file.strip_suffix(ending))
}

fn stem<'c>(name: &str, code: &'c Code) -> Option<&'c str> {
    match code.pictures.first() {
        Some((format, Picture::File(file))) => file.strip_suffix(&picture_name("", name, *format)),
        _ => None,
    }
}
