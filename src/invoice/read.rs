//! From bytes to a checked [`Invoice`], or to all that is wrong with the file.

use std::cell::OnceCell;

use super::build::build;
use super::fault::{At, Fault};
use super::field_positions::FieldPositions;
use super::file_kind::FileKind;
use super::invoice::Invoice;
use super::texts::{TextReader, Texts};
use crate::error::{Error, Kind, Result};
use crate::report::Position;
use crate::values::{Rule, Rules};
use crate::xml::{self, Flaw, Oddities};

/// `faktury/weryfikacja-faktury.md`, in bytes.
const LARGEST: usize = 1_000_000;
const LARGEST_WITH_ATTACHMENT: usize = 3_000_000;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

impl Invoice {
    /// Reads an invoice, the whole of it, from the exact bytes of its file.
    ///
    /// # Errors
    /// One code for each reason: `empty_file` and those that begin with `input_is_`, for another kind of file; `too_large`, `not_utf8`, `byte_order_mark`, `not_well_formed`,
    /// `truncated`, `doctype`, `processing_instruction`, `discouraged_character`, `wrong_encoding`,
    /// `unknown_form`, and those of a fact that is missing, malformed or given twice.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        Self::read_allowing(bytes, Rules::NONE)
    }

    /// As [`read`](Self::read), but takes files that break the acceptance rules named in `allow`: `bom`,
    /// `processing-instruction`, `characters`, `size`. [`allowed`](Self::allowed) says which of them were needed.
    ///
    /// # Errors
    /// As [`read`](Self::read), less those allowed.
    pub fn read_allowing(bytes: &[u8], allow: Rules) -> Result<Self> {
        if let Some(other) = other_kind(bytes) {
            return Err(other);
        }
        // No time is spent on reading what is refused anyway.
        if bytes.len() > LARGEST_WITH_ATTACHMENT && !allow.contains(Rule::Size) {
            return Err(too_large(bytes.len(), LARGEST_WITH_ATTACHMENT, "even with an attachment").into_error(""));
        }
        Examination::of(bytes).into_invoice(allow)
    }
}

/// All that a file shows by itself: what the invoice says, and what is wrong with it in every environment and on every day.
#[derive(Default)]
pub(crate) struct Examination<'x> {
    /// Without a byte order mark; empty if it cannot be read as text.
    pub(crate) text: &'x str,
    /// True if the text was read to its end and is well-formed.
    pub(crate) is_well_formed: bool,
    /// In the order of the rules, which is that of the reading. A fault that makes the file unreadable is the last one.
    pub(crate) faults: Vec<Fault>,
    /// What the invoice says, if all of it could be read.
    pub(crate) invoice: Option<Invoice>,
    field_positions: OnceCell<FieldPositions>,
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
    pub(crate) fn form(&self) -> Option<super::form::Form> {
        self.invoice.as_ref().map(Invoice::form).or_else(|| self.field_positions().form())
    }

    /// Line and column of a fault, unless it concerns the file as a whole.
    pub(crate) fn position(&self, fault: &Fault) -> Option<Position> {
        match fault.at {
            At::File => None,
            At::Position(position) => Some(position),
            At::Byte(offset) => Some(Position::of(self.text, offset)),
            At::Root => Some(Position::of(self.text, self.field_positions().root())),
            At::Field(field, index) => Some(Position::of(self.text, self.field_positions().of(field, index))),
        }
    }

    fn field_positions(&self) -> &FieldPositions {
        self.field_positions.get_or_init(|| {
            let mut positions = FieldPositions::default();
            // Faults of elements are found in well-formed documents only.
            _ = xml::walk(self.text, &mut positions);
            positions
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
        if let Some(other) = other_kind(bytes) {
            return Err(Fault::new(other.kind(), other.message(), At::File));
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
        let Some(texts) = self.texts()? else { return Ok(None) };
        if !texts.attachment && (LARGEST + 1..=LARGEST_WITH_ATTACHMENT).contains(&bytes.len()) {
            self.faults.push(too_large(bytes.len(), LARGEST, "without an attachment"));
        }
        Ok(build(texts, bytes, &mut self.faults))
    }

    fn texts(&mut self) -> std::result::Result<Option<Texts<'x>>, Fault> {
        if let Some(reader) = xml::read_plain::<TextReader<'_>>(self.text) {
            self.is_well_formed = true;
            return Ok(Some(reader.into_texts()));
        }
        let scan = xml::scan(self.text);
        if let Some((offset, c)) = scan.forbidden {
            let message = format!("the character U+{:04X} may not stand in XML", u32::from(c));
            return Err(Fault::new(Kind::NotWellFormed, message, At::Byte(offset)));
        }
        let (texts, oddities) = self.read_xml()?;
        self.is_well_formed = true;
        if let Some(flaw) = oddities.processing_instruction {
            self.faults.push(Fault::from(flaw).breaking(Rule::ProcessingInstruction));
        }
        let discouraged = scan.discouraged.map(|(offset, c)| {
            let message = format!("XML 1.0 discourages the character U+{:04X}", u32::from(c));
            Flaw { kind: Kind::DiscouragedCharacter, message, offset }
        });
        if let Some(flaw) = discouraged.or(oddities.discouraged_reference) {
            self.faults.push(Fault::from(flaw).breaking(Rule::Characters));
        }
        Ok(texts)
    }

    fn read_xml(&mut self) -> std::result::Result<(Option<Texts<'x>>, Oddities), Fault> {
        let flaw = match xml::read_slowly::<TextReader<'_>>(self.text) {
            Ok((reader, oddities)) => return Ok((Some(reader.into_texts()), oddities)),
            Err(flaw) => flaw,
        };
        if !matches!(flaw.kind, Kind::UnknownForm | Kind::FieldRepeated | Kind::FieldMalformed) {
            return Err(flaw.into());
        }
        // No more texts after this. Whether the rest is XML is another question.
        self.faults.push(flaw.into());
        Ok((None, xml::walk(self.text, &mut FieldPositions::default())?))
    }
}

impl From<Flaw> for Fault {
    fn from(flaw: Flaw) -> Self {
        Self::new(flaw.kind, flaw.message, At::Byte(flaw.offset))
    }
}

/// Why a file that is something else than XML is refused, if it is known what it is.
fn other_kind(bytes: &[u8]) -> Option<Error> {
    // Of nearly every file no more is asked than this.
    match bytes {
        [b'<', b'!' | b'h' | b'H', ..] => FileKind::of(bytes)?.as_invoice(),
        [b'<', ..] => None,
        _ => FileKind::of(bytes)?.as_invoice(),
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
    // In the widest words that the processor has.
    if let Ok(text) = simdutf8::basic::from_utf8(bytes) {
        return Ok(text);
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let valid = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
        let position = Position::of(&valid, valid.len());
        Fault::new(Kind::NotUtf8, "the bytes here are not UTF-8", At::Position(position))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// The wide reader and the one of the standard library: what is damaged anywhere is UTF-8 to both, or to neither.
        #[test]
        fn utf8_as_the_slow_twin(
            text in "[a-zł€😀 <>]{0,200}",
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..3),
        ) {
            let mut bytes = text.into_bytes();
            for (at, byte) in changes {
                if !bytes.is_empty() {
                    let at = at.index(bytes.len());
                    bytes[at] = byte;
                }
            }
            prop_assert_eq!(utf8(&bytes).ok(), std::str::from_utf8(&bytes).ok());
        }
    }
}
