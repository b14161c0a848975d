//! The UPO as KSeF writes it, to what it says of each invoice.

use super::answer::{Answer, FileStatus, Page, Receipt, Said, UpoPage, number_of_seller};
use crate::error::{Error, Kind, Result};
use crate::report::Position;
use crate::values::{Environment, InvoiceHash};
use crate::xml::{self, Flaw, Step, Visitor, collapse};

const NAMESPACE: &str = "http://upo.schematy.mf.gov.pl/KSeF/v4-3";

/// The elements that are read of the UPO itself, two of them within `OpisPotwierdzenia`.
const HEAD: [&str; 4] = ["NazwaPodmiotuPrzyjmujacego", "NumerReferencyjnySesji", "Strona", "LiczbaStron"];

/// The elements of `Dokument` that are read; it must have the first four.
const FIELDS: [&str; 7] = [
    "NipSprzedawcy",
    "NumerKSeFDokumentu",
    "NumerFaktury",
    "SkrotDokumentu",
    "DataPrzeslaniaDokumentu",
    "DataNadaniaNumeruKSeF",
    "TrybWysylki",
];
const NEEDED: usize = 4;

/// What the receiver is called in production; elsewhere it is followed by the environment.
const MINISTRY: &str = "Ministerstwo Finansów";

/// All that the UPO says.
pub(super) fn answer(text: &str) -> Result<Answer> {
    let mut reading = Reading::default();
    match xml::walk(text, &mut reading) {
        Ok(_) => reading.into_answer(),
        Err(Flaw { kind, message, offset }) => {
            let kind = match kind {
                Kind::KsefNumberMalformed
                | Kind::KsefNumberChecksum
                | Kind::KsefNumberIsCollective
                | Kind::KsefNumberIsReference
                | Kind::UpoContradiction => kind,
                // The codes and hints for invoices would mislead here.
                _ => Kind::UpoMalformed,
            };
            Err(Error::new(kind, format!("{}: {message}", Position::of(text, offset))))
        }
    }
}

type Fields = [Option<String>; FIELDS.len()];

#[derive(Default)]
struct Reading {
    head: [Option<String>; HEAD.len()],
    files: Vec<FileStatus>,
    depth: usize,
    is_in_description: bool,
    /// The values of the `Dokument` at hand.
    fields: Option<Fields>,
    /// Which of the head's or of the document's values is being read.
    field: Option<Field>,
    text: String,
}

#[derive(Clone, Copy)]
enum Field {
    OfHead(usize),
    OfDocument(usize),
}

fn malformed(message: impl Into<String>) -> (Kind, String) {
    (Kind::UpoMalformed, message.into())
}

impl Visitor<'_> for Reading {
    fn open(&mut self, namespace: &str, local: &str) -> Step {
        let of_head = |names: std::ops::Range<usize>| {
            let place = HEAD.get(names.clone())?.iter().position(|known| *known == local)?;
            Some(Field::OfHead(names.start + place))
        };
        let is_ours = namespace == NAMESPACE;
        match (self.depth, local) {
            (0, "Potwierdzenie") if is_ours => {}
            (0, _) => {
                let message = format!(
                    "the root element is {local:?} in {namespace:?}; a UPO's is \"Potwierdzenie\" in {NAMESPACE:?}"
                );
                return Err(malformed(message));
            }
            _ if self.field.is_some() => {
                return Err(malformed(format!("there is an element {local} where only text may stand")));
            }
            (1, "Dokument") if is_ours => self.fields = Some(Default::default()),
            (1, "OpisPotwierdzenia") if is_ours => self.is_in_description = true,
            (1, _) if is_ours => self.begin(of_head(0..2)),
            (2, _) if is_ours && self.fields.is_some() => {
                self.begin(FIELDS.iter().position(|known| *known == local).map(Field::OfDocument));
            }
            (2, _) if is_ours && self.is_in_description => self.begin(of_head(2..HEAD.len())),
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
            let slot = match field {
                Field::OfHead(place) => self.head.get_mut(place),
                Field::OfDocument(place) => self.fields.as_mut().and_then(|fields| fields.get_mut(place)),
            };
            if slot.is_some_and(|slot| slot.replace(collapse(&self.text).into_owned()).is_some()) {
                return Err(malformed("an element of a UPO or of a Dokument stands twice"));
            }
        } else if self.depth == 1 {
            self.is_in_description = false;
            if let Some(fields) = self.fields.take() {
                self.files.push(document(fields)?);
            }
        }
        Ok(())
    }
}

impl Reading {
    fn begin(&mut self, field: Option<Field>) {
        self.field = field;
        self.text.clear();
    }

    fn into_answer(mut self) -> Result<Answer> {
        let [receiver, session, page, count] = self.head;
        for receipt in self.files.iter_mut().filter_map(|file| file.receipt.as_mut()) {
            receipt.session.clone_from(&session);
        }
        let environment = match receiver.as_deref() {
            Some(MINISTRY) => Environment::Prod,
            Some(name) if name.starts_with(MINISTRY) && name.ends_with("(TE)") => Environment::Test,
            Some(name) if name.starts_with(MINISTRY) && name.ends_with("(TR)") => Environment::Demo,
            Some(name) => return refuse(format!("it is of {name:?}, which is no environment of KSeF that is known")),
            None => return refuse("it lacks its NazwaPodmiotuPrzyjmujacego, which says of which environment it is"),
        };
        let page = match (page, count) {
            (None, None) => None,
            (Some(page), Some(count)) => {
                let number = |text: &str| text.parse::<u32>().ok().filter(|number| *number > 0);
                match (number(&page), number(&count)) {
                    (Some(number), Some(count)) if number <= count => {
                        Some(UpoPage { session: session.unwrap_or_default(), number, count })
                    }
                    _ => return refuse(format!("it is page {page:?} of {count:?}")),
                }
            }
            _ => return refuse("its OpisPotwierdzenia lacks Strona or LiczbaStron"),
        };
        Ok(Answer { environments: vec![environment], page: Page::Upo(page), files: self.files })
    }
}

fn refuse<T>(why: impl Into<String>) -> Result<T> {
    Err(Error::new(Kind::UpoMalformed, why))
}

fn document(fields: Fields) -> std::result::Result<FileStatus, (Kind, String)> {
    if let Some((_, name)) = fields.iter().zip(FIELDS).take(NEEDED).find(|(field, _)| field.is_none()) {
        return Err(malformed(format!("a Dokument lacks its {name}")));
    }
    let refused = |error: Error| (error.kind(), error.message().to_owned());
    let [seller, number, invoice_number, hash, sent, numbered, sending] = fields;
    let [seller, number, invoice_number, hash] = [seller, number, invoice_number, hash].map(Option::unwrap_or_default);
    let number = number_of_seller(&number, Some(&seller)).map_err(refused)?;
    Ok(FileStatus {
        hash: InvoiceHash::from_base64(&hash).map_err(refused)?,
        invoice_number: Some(invoice_number),
        said: Said::Taken { number, corrects: None },
        receipt: Some(Receipt { sent, numbered, sending, session: None }),
    })
}
