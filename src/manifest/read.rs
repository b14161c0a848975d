//! From a line to what a later run continues from. A manifest may have been changed by hand: its parts must fit each other, and
//! no name in it may lead out of the folder.

use super::codes::{CodeRecord, Picture, Signature, SignedCode};
use super::file_names::{TakenNames, stem_of_document, stem_of_picture};
use super::line::{CodeLine, DocumentLine, InvoiceLine};
use super::record::{DocumentRecord, EarlierRecord};
use crate::link::{Link, UnsignedKod2};
use crate::render::Label;
use crate::sign::{Algorithm, ContextChoice, ContextSource};
use crate::values::InvoiceHash;

impl EarlierRecord {
    /// What the line says, if its parts fit each other. The names that its files have are reserved.
    pub(crate) fn of(line: &InvoiceLine<'_>, names: &mut TakenNames) -> Option<Self> {
        let hash = InvoiceHash::from_base64(&line.hash_base64).ok()?;
        let kod1 = code(line.kod1.as_ref()?, "kod1", names)?;
        let Ok(Link::Kod1(parts)) = Link::parse(&kod1.url) else { return None };
        if parts.hash != hash {
            return None;
        }
        let kod2 = match &line.kod2 {
            Some(fields) => {
                let code = code(fields, "kod2", names)?;
                let Ok(Link::Kod2(parts)) = Link::parse(&code.url) else { return None };
                if parts.unsigned.hash != hash || stem("kod2", &code) != stem("kod1", &kod1) {
                    return None;
                }
                let source = ContextSource::parse(line.context_source.as_deref()?)?;
                let context = ContextChoice { context: parts.unsigned.context, source };
                let algorithm = Algorithm::parse(fields.algorithm.as_deref()?)?;
                let is_deterministic = fields.is_deterministic;
                let signature = Signature { context, algorithm, serial: parts.unsigned.serial, is_deterministic };
                Some(SignedCode { code, signature })
            }
            None => None,
        };
        if line.is_signed() != kod2.is_some() {
            return None;
        }
        let ksef_number = match line.ksef_number.as_deref() {
            Some(number) => Some(number.parse().ok()?),
            None => None,
        };
        let document = match &line.document {
            Some(fields) => Some(document(fields, names)?),
            None => None,
        };
        Some(Self {
            input: given(&line.input)?,
            hash,
            seller: parts.seller,
            number: given(&line.invoice_number)?,
            kind: line.kind.as_deref().map(str::to_owned),
            ksef_number,
            kod1,
            kod2,
            document,
            replaces: line.replaces.as_deref().and_then(|hash| InvoiceHash::from_base64(hash).ok()),
        })
    }

    /// What in the line contradicts its links, if anything does. Fields that the line lacks contradict nothing.
    ///
    /// A bit that flipped on the disk, or a slip of the hand, must not become a code on paper.
    pub(crate) fn contradiction(&self, line: &InvoiceLine<'_>) -> Option<&'static str> {
        let Ok(Link::Kod1(kod1)) = Link::parse(&self.kod1.url) else { return Some("its KOD I is no link") };
        let differs = |field: &str, link: &str| !field.is_empty() && field != link;
        let number = self.ksef_number.as_ref();
        if differs(&line.hash_base64url, &self.hash.base64url()) {
            return Some("the two forms of its digest are of two files");
        }
        if differs(&line.seller_nip, kod1.seller.as_str()) {
            return Some("its seller is not the one in KOD I");
        }
        if differs(&line.issue_date, &kod1.issue_date.to_string()) {
            return Some("its issue date is not the one in KOD I");
        }
        if self.kod1.label != number.map_or(Label::OFFLINE, Label::from) {
            return Some("what stands under KOD I is neither its KSeF number nor OFFLINE");
        }
        let (Some(signed), Some(fields)) = (&self.kod2, &line.kod2) else { return None };
        if number.is_some() {
            return Some("it has KOD II, and a KSeF number stands under KOD I, where OFFLINE belongs beside KOD II");
        }
        let Ok(Link::Kod2(kod2)) = Link::parse(&signed.code.url) else { return Some("its KOD II is no link") };
        let differs = |field: Option<&str>, link: &str| field.is_some_and(|field| field != link);
        let UnsignedKod2 { environment, context, seller, serial, .. } = &kod2.unsigned;
        if (*environment, *seller) != (kod1.environment, kod1.seller) {
            return Some("KOD I and KOD II are of two sellers or two environments");
        }
        if differs(line.context.as_deref(), &context.to_string()) {
            return Some("its context is not the one in KOD II");
        }
        if differs(fields.certificate_serial.as_deref(), &serial.to_string()) {
            return Some("its certificate is not the one in KOD II");
        }
        if signed.code.label != Label::CERTYFIKAT {
            return Some("what stands under KOD II is not CERTYFIKAT");
        }
        let is_of_algorithm = match (signed.signature.algorithm, &*kod2.signature) {
            (Algorithm::Es256P1363, signature) => signature.len() == 64,
            (Algorithm::Es256Der, signature) => signature.first() == Some(&0x30) && signature.len() < 256,
            (Algorithm::Ps256, signature) => signature.len() >= 256,
        };
        (!is_of_algorithm).then_some("the signature in KOD II is not written as its algorithm says")
    }

    /// What its files are named after, if it has any.
    pub(crate) fn stem(&self) -> Option<&str> {
        stem("kod1", &self.kod1).or_else(|| match self.document.as_ref()? {
            DocumentRecord { kind, place: Picture::File(file), .. } => stem_of_document(kind, file),
            _ => None,
        })
    }
}

/// A text that no line lacks.
fn given(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn code(line: &CodeLine<'_>, name: &str, names: &mut TakenNames) -> Option<CodeRecord> {
    let mut pictures = Vec::with_capacity(line.pictures.len());
    for picture in &line.pictures {
        let text = picture.text.to_string();
        let picture = match picture.is_embedded {
            true => (picture.format, Picture::Embedded(text)),
            false => {
                if !names.reserve(stem_of_picture(name, picture.format, &text)?) {
                    return None;
                }
                (picture.format, Picture::File(text))
            }
        };
        pictures.push(picture);
    }
    Some(CodeRecord { url: line.url.to_string(), label: Label::new(&line.label).ok()?, pictures })
}

fn document(line: &DocumentLine<'_>, names: &mut TakenNames) -> Option<DocumentRecord> {
    let place = match (&line.file, &line.base64) {
        (Some(file), _) => {
            if !names.reserve(stem_of_document(&line.r#type, file)?) {
                return None;
            }
            Picture::File(file.to_string())
        }
        (None, Some(bytes)) => Picture::Embedded(bytes.to_string()),
        (None, None) => return None,
    };
    Some(DocumentRecord {
        kind: line.r#type.to_string(),
        place,
        pages: line.pages.to_vec(),
        places: line.places.to_vec(),
        invoice: line.invoice.as_deref().map(str::to_owned),
        pdf_sha256: line.pdf_sha256.as_deref().map(str::to_owned),
        codes: line.codes.as_ref().map(Vec::len),
    })
}

fn stem<'c>(name: &str, code: &'c CodeRecord) -> Option<&'c str> {
    match code.pictures.first() {
        Some((format, Picture::File(file))) => stem_of_picture(name, *format, file),
        _ => None,
    }
}
