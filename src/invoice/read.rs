//! The reading, from bytes to a checked [`Invoice`] and to all that is wrong with it.

use std::cell::OnceCell;

use super::build::build;
use super::facts::{Facts, Reading};
use super::fault::{At, Fault};
use super::place::Place;
use super::places::Places;
use super::xml::{self, Findings, Flaw};
use super::{Invoice, characters};
use crate::error::{Error, Kind, Result};
use crate::values::{Rule, Rules};

/// `faktury/weryfikacja-faktury.md`, in bytes.
const LARGEST: usize = 1_000_000;
const LARGEST_WITH_ATTACHMENT: usize = 3_000_000;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

impl Invoice {
    /// Reads an invoice, the whole of it, from the exact bytes of its file.
    ///
    /// # Errors
    /// One code for each reason: `empty_file`, `too_large`, `not_utf8`, `byte_order_mark`, `not_well_formed`,
    /// `truncated`, `doctype`, `processing_instruction`, `discouraged_character`, `wrong_encoding`,
    /// `unknown_form`, and those of a fact that is missing, malformed or given twice.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        Self::read_allowing(bytes, Rules::NONE)
    }

    /// As [`read`](Self::read), but takes files that break the acceptance rules named in `allow`: `bom`,
    /// `processing-instruction`, `characters`, `size`. What was needed is told by [`allowed`](Self::allowed).
    ///
    /// # Errors
    /// As [`read`](Self::read), less those allowed.
    pub fn read_allowing(bytes: &[u8], allow: Rules) -> Result<Self> {
        // Nobody waits for the reading of what is refused anyway.
        if bytes.len() > LARGEST_WITH_ATTACHMENT && !allow.contains(Rule::Size) {
            return Err(too_large(bytes.len(), LARGEST_WITH_ATTACHMENT, "even with an attachment").into_error(""));
        }
        Examination::of(bytes).into_invoice(allow)
    }
}

/// All that a file says of itself: its facts, and what is wrong with it whatever the environment and the day.
#[derive(Default)]
pub(crate) struct Examination<'x> {
    /// Without a byte order mark; empty if it cannot be read as text.
    pub(crate) text: &'x str,
    /// True if the text was read to its end and is well-formed.
    pub(crate) is_well_formed: bool,
    /// In the order of the rules, which is that of the reading. After what makes a file unreadable nothing follows.
    pub(crate) faults: Vec<Fault>,
    /// The facts, if none of them is amiss.
    pub(crate) invoice: Option<Invoice>,
    places: OnceCell<Places>,
}

impl<'x> Examination<'x> {
    pub(crate) fn of(bytes: &'x [u8]) -> Self {
        let mut examination = Self::default();
        match examination.examine(bytes) {
            Ok(invoice) => examination.invoice = invoice,
            Err(fault) => examination.faults.push(fault),
        }
        examination
    }

    /// The form, of a well-formed document.
    pub(crate) fn form(&self) -> Option<super::Form> {
        self.invoice.as_ref().map(Invoice::form).or_else(|| self.places().form())
    }

    /// Line and column of a fault, if it is not in the file as a whole.
    pub(crate) fn place(&self, fault: &Fault) -> Option<Place> {
        match fault.at {
            At::File => None,
            At::Place(place) => Some(place),
            At::Byte(offset) => Some(Place::of(self.text, offset)),
            At::Root => Some(Place::of(self.text, self.places().root())),
            At::Field(field, nth) => Some(Place::of(self.text, self.places().of(field, nth))),
        }
    }

    fn places(&self) -> &Places {
        self.places.get_or_init(|| {
            let mut places = Places::default();
            // A fault of an element is told of well-formed documents only.
            _ = xml::walk(self.text, &mut places);
            places
        })
    }

    /// The invoice, or the first fault that is not allowed.
    fn into_invoice(self, allow: Rules) -> Result<Invoice> {
        let is_allowed = |fault: &Fault| fault.rule.is_some_and(|rule| allow.contains(rule));
        match (self.faults.into_iter().find(|fault| !is_allowed(fault)), self.invoice) {
            (None, Some(invoice)) => Ok(invoice),
            (Some(fault), _) => Err(fault.into_error(self.text)),
            (None, None) => Err(Error::new(Kind::Internal, "there is neither an invoice nor a fault")),
        }
    }

    /// An error is a fault that ends the reading.
    fn examine(&mut self, bytes: &'x [u8]) -> std::result::Result<Option<Invoice>, Fault> {
        if bytes.is_empty() {
            return Err(Fault::new(Kind::EmptyFile, "the file is empty", At::File));
        }
        if bytes.len() > LARGEST_WITH_ATTACHMENT {
            self.faults.push(too_large(bytes.len(), LARGEST_WITH_ATTACHMENT, "even with an attachment"));
        }
        let rest = bytes.strip_prefix(BYTE_ORDER_MARK);
        if rest.is_some() {
            let message = "the file starts with a byte order mark (EF BB BF)";
            self.faults.push(Fault::new(Kind::ByteOrderMark, message, At::File).breaking(Rule::Bom));
        }
        self.text = utf8(rest.unwrap_or(bytes))?;
        let Some(facts) = self.facts()? else { return Ok(None) };
        if !facts.attachment && (LARGEST + 1..=LARGEST_WITH_ATTACHMENT).contains(&bytes.len()) {
            self.faults.push(too_large(bytes.len(), LARGEST, "without an attachment"));
        }
        Ok(build(facts, bytes, &mut self.faults))
    }

    fn facts(&mut self) -> std::result::Result<Option<Facts>, Fault> {
        let scan = characters::scan(self.text);
        if let Some((offset, c)) = scan.forbidden {
            let message = format!("the character U+{:04X} may not stand in XML", u32::from(c));
            return Err(Fault::new(Kind::NotWellFormed, message, At::Byte(offset)));
        }
        let (facts, findings) = self.read_xml()?;
        self.is_well_formed = true;
        if let Some(flaw) = findings.processing_instruction {
            self.faults.push(Fault::from(flaw).breaking(Rule::ProcessingInstruction));
        }
        let discouraged = scan.discouraged.map(|(offset, c)| {
            let message = format!("XML 1.0 discourages the character U+{:04X}", u32::from(c));
            Flaw { kind: Kind::DiscouragedCharacter, message, offset }
        });
        if let Some(flaw) = discouraged.or(findings.discouraged_reference) {
            self.faults.push(Fault::from(flaw).breaking(Rule::Characters));
        }
        Ok(facts)
    }

    fn read_xml(&mut self) -> std::result::Result<(Option<Facts>, Findings), Fault> {
        let flaw = match xml::read::<Reading>(self.text) {
            Ok((reading, findings)) => return Ok((Some(reading.into_facts()), findings)),
            Err(flaw) => flaw,
        };
        if !matches!(flaw.kind, Kind::UnknownForm | Kind::FieldRepeated | Kind::FieldMalformed) {
            return Err(flaw.into());
        }
        // The facts end here. Whether the rest is XML does not depend on them.
        self.faults.push(flaw.into());
        Ok((None, xml::walk(self.text, &mut Places::default())?))
    }
}

impl From<Flaw> for Fault {
    fn from(flaw: Flaw) -> Self {
        Self::new(flaw.kind, flaw.message, At::Byte(flaw.offset))
    }
}

fn too_large(size: usize, limit: usize, when: &str) -> Fault {
    let message = format!("the file has {size} bytes, {when} KSeF takes {limit}");
    Fault::new(Kind::TooLarge, message, At::File).breaking(Rule::Size)
}

fn utf8(bytes: &[u8]) -> std::result::Result<&str, Fault> {
    if let [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] = bytes {
        return Err(Fault::new(Kind::NotUtf8, "the file is UTF-16", At::File));
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let valid = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
        let place = Place::of(&valid, valid.len());
        Fault::new(Kind::NotUtf8, "the bytes here are not UTF-8", At::Place(place))
    })
}
