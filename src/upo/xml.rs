//! The UPO as KSeF writes it, to what it says of each invoice.

use crate::error::{Error, Kind, Result};
use crate::report::Position;
use crate::values::{InvoiceHash, KsefNumber, Nip};
use crate::xml::{self, Flaw, Step, Visitor, collapse};

const NAMESPACE: &str = "http://upo.schematy.mf.gov.pl/KSeF/v4-3";

/// The elements of `Dokument` that are read.
const FIELDS: [&str; 4] = ["NipSprzedawcy", "NumerKSeFDokumentu", "NumerFaktury", "SkrotDokumentu"];

/// `Dokument`: one invoice that KSeF took.
pub(super) struct Document {
    pub(super) seller: Nip,
    pub(super) number: KsefNumber,
    pub(super) invoice_number: String,
    pub(super) hash: InvoiceHash,
}

/// All that the UPO confirms, in its order.
pub(super) fn documents(bytes: &[u8]) -> Result<Vec<Document>> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes)
        .map_err(|error| Error::new(Kind::UpoMalformed, "the UPO is not UTF-8").caused_by(error))?;
    let mut reading = Reading::default();
    match xml::walk(text, &mut reading) {
        Ok(_) => Ok(reading.documents),
        Err(Flaw { kind, message, offset }) => {
            let kind = match kind {
                Kind::KsefNumberMalformed | Kind::KsefNumberChecksum => kind,
                // The codes and hints for invoices would mislead here.
                _ => Kind::UpoMalformed,
            };
            Err(Error::new(kind, format!("{}: {message}", Position::of(text, offset))))
        }
    }
}

#[derive(Default)]
struct Reading {
    documents: Vec<Document>,
    depth: usize,
    /// The values of the `Dokument` at hand.
    fields: Option<[Option<String>; FIELDS.len()]>,
    /// Which of them is being read.
    field: Option<usize>,
    text: String,
}

fn malformed(message: impl Into<String>) -> (Kind, String) {
    (Kind::UpoMalformed, message.into())
}

impl Visitor for Reading {
    fn open(&mut self, namespace: &str, local: &str) -> Step {
        match (self.depth, local) {
            (0, "Potwierdzenie") if namespace == NAMESPACE => {}
            (0, _) => {
                let message = format!(
                    "the root element is {local:?} in {namespace:?}; a UPO's is \"Potwierdzenie\" in {NAMESPACE:?}"
                );
                return Err(malformed(message));
            }
            (1, "Dokument") if namespace == NAMESPACE => self.fields = Some(Default::default()),
            (2, _) if self.fields.is_some() && namespace == NAMESPACE => {
                self.field = FIELDS.iter().position(|known| *known == local);
                self.text.clear();
            }
            _ if self.field.is_some() => {
                return Err(malformed(format!("there is an element {local} where only text may stand")));
            }
            _ => {}
        }
        self.depth += 1;
        Ok(())
    }

    fn text(&mut self, text: &str) {
        if self.field.is_some() {
            self.text.push_str(text);
        }
    }

    fn close(&mut self) -> Step {
        self.depth -= 1;
        if let Some(field) = self.field.take() {
            let slot = self.fields.as_mut().and_then(|fields| fields.get_mut(field));
            if slot.is_some_and(|slot| slot.replace(collapse(&self.text).into_owned()).is_some()) {
                return Err(malformed("an element of a Dokument stands twice"));
            }
        } else if self.depth == 1
            && let Some(fields) = self.fields.take()
        {
            self.documents.push(document(fields)?);
        }
        Ok(())
    }
}

fn document(fields: [Option<String>; FIELDS.len()]) -> std::result::Result<Document, (Kind, String)> {
    if let Some((_, name)) = fields.iter().zip(FIELDS).find(|(field, _)| field.is_none()) {
        return Err(malformed(format!("a Dokument lacks its {name}")));
    }
    let refused = |error: Error| (error.kind(), error.message().to_owned());
    let [seller, number, invoice_number, hash] = fields.map(Option::unwrap_or_default);
    Ok(Document {
        seller: Nip::parse(&seller).map_err(refused)?,
        number: KsefNumber::parse(&number).map_err(refused)?,
        invoice_number,
        hash: InvoiceHash::from_base64(&hash).map_err(refused)?,
    })
}
