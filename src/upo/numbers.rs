use std::collections::HashMap;

use super::xml::{Document, documents};
use crate::error::{Error, Kind, Result};
use crate::invoice::Invoice;
use crate::values::{InvoiceHash, KsefNumber, Nip};

/// The numbers that KSeF gave, of one UPO or of several.
#[derive(Clone, Debug, Default)]
pub struct Upo {
    /// One number for each, unless the UPO contradicts itself, which then counts against that invoice alone.
    numbers: HashMap<InvoiceHash, Vec<KsefNumber>>,
    given: HashMap<KsefNumber, InvoiceHash>,
    /// By seller and invoice number, for an invoice whose file is not the one that KSeF took.
    named: HashMap<(Nip, String), InvoiceHash>,
}

impl Upo {
    /// Reads a UPO.
    ///
    /// # Errors
    /// `upo_malformed` for what is not a UPO v4-3; `ksef_number_malformed` and `ksef_number_checksum` for a number in it;
    /// `upo_contradiction` for a number that stands beside two files, or beside another seller than its own.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let mut upo = Self::default();
        for document in documents(bytes)? {
            upo.add(document)?;
        }
        Ok(upo)
    }

    /// Adds the numbers of another, such as the next page of a session's.
    ///
    /// # Errors
    /// `upo_contradiction`, as [`parse`](Self::parse).
    pub fn merge(&mut self, other: Self) -> Result<()> {
        self.named.extend(other.named);
        // Sorted, because the map has no order and the message about a contradiction must not depend on it.
        let mut given: Vec<_> = other.given.into_iter().collect();
        given.sort_unstable_by(|(one, _), (other, _)| one.as_str().cmp(other.as_str()));
        given.into_iter().try_for_each(|(number, hash)| self.pair(hash, number))
    }

    /// The number that KSeF gave to the file with this digest.
    pub fn number(&self, hash: &InvoiceHash) -> Option<&KsefNumber> {
        match &self.numbers.get(hash)?[..] {
            [only] => Some(only),
            _ => None,
        }
    }

    /// The number of an invoice.
    ///
    /// # Errors
    /// `upo_contradiction` if the UPO gives it two; `upo_other_file` if it has an invoice of this seller with this
    /// number, and another digest; `upo_lacks_invoice` if it has none.
    pub fn number_of(&self, invoice: &Invoice) -> Result<&KsefNumber> {
        let digest = invoice.hash().base64();
        let (kind, message) = match self.numbers.get(invoice.hash()).map(|numbers| &numbers[..]) {
            Some([only]) => return Ok(only),
            Some(numbers) => {
                let numbers: Vec<&str> = numbers.iter().map(KsefNumber::as_str).collect();
                (
                    Kind::UpoContradiction,
                    format!("the UPO gives two KSeF numbers to the digest {digest}: {}", numbers.join(" and ")),
                )
            }
            None => match self.named.get(&(invoice.seller(), invoice.number().to_owned())) {
                Some(hash) => {
                    let (name, other) = (invoice.number(), hash.base64());
                    let message =
                        format!("the UPO has the invoice {name} of this seller with the digest {other}, not {digest}");
                    (Kind::UpoOtherFile, message)
                }
                None => (Kind::UpoLacksInvoice, format!("the UPO has no invoice with the digest {digest}")),
            },
        };
        Err(Error::new(kind, message))
    }

    /// All pairs, in no order.
    pub fn numbers(&self) -> impl Iterator<Item = (&InvoiceHash, &KsefNumber)> {
        self.given.iter().map(|(number, hash)| (hash, number))
    }

    fn add(&mut self, document: Document) -> Result<()> {
        let Document { seller, number, invoice_number, hash } = document;
        if number.seller() != seller {
            let message = format!("the KSeF number {number} stands beside the seller {seller}");
            return Err(Error::new(Kind::UpoContradiction, message));
        }
        self.named.insert((seller, invoice_number), hash);
        self.pair(hash, number)
    }

    fn pair(&mut self, hash: InvoiceHash, number: KsefNumber) -> Result<()> {
        match self.given.insert(number.clone(), hash) {
            None => self.numbers.entry(hash).or_default().push(number),
            Some(known) if known == hash => {}
            Some(_) => {
                let message = format!("the KSeF number {number} stands beside two digests");
                return Err(Error::new(Kind::UpoContradiction, message));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SESSION: &str = include_str!("../../fixtures/upo/good/session.xml");

    fn code(text: &str) -> &'static str {
        Upo::parse(text.as_bytes()).map_or_else(|error| error.code(), |_| "read")
    }

    fn all(upo: &Upo) -> Vec<(String, &str)> {
        let mut all: Vec<_> = upo.numbers().map(|(hash, number)| (hash.base64(), number.as_str())).collect();
        all.sort_unstable();
        all
    }

    #[test]
    fn pages_are_one() {
        let upo = Upo::parse(SESSION.as_bytes()).unwrap();
        let mut merged = upo.clone();
        merged.merge(Upo::parse(include_bytes!("../../fixtures/upo/good/invoice.xml")).unwrap()).unwrap();
        assert_eq!(merged.numbers().count(), upo.numbers().count(), "the same pair again changes nothing");
        merged.merge(Upo::parse(include_bytes!("../../fixtures/upo/good/second-page.xml")).unwrap()).unwrap();
        assert_eq!(merged.numbers().count(), upo.numbers().count() + 1);
        let other = SESSION.replacen("5265877635-20260616-0100001AF629-15", "5265877635-20250826-0100001AF629-AF", 1);
        merged.merge(Upo::parse(other.as_bytes()).unwrap()).unwrap();
        let invoice = Invoice::read(include_bytes!("../../fixtures/invoices/good/fa3-basic.xml")).unwrap();
        assert_eq!(merged.number(invoice.hash()), None);
        assert_eq!(merged.number_of(&invoice).unwrap_err().code(), "upo_contradiction");
    }

    #[test]
    fn spellings_that_the_schema_allows() {
        let expected = Upo::parse(SESSION.as_bytes()).unwrap();
        let prefixed = SESSION
            .replace("xmlns=", "xmlns:u=")
            .replace("</", "</u:")
            .replace('<', "<u:")
            .replace("<u:/u:", "</u:")
            .replace("<u:?", "<?")
            .replace("<u:!", "<!");
        let spaced =
            SESSION.replace("<NumerKSeFDokumentu>", "<NumerKSeFDokumentu>\n ").replace("</SkrotD", "\t</SkrotD");
        let marked = format!("\u{FEFF}{SESSION}");
        let signed = SESSION.replace("</Potwierdzenie>", "<Dokument xmlns='urn:x'><y/></Dokument></Potwierdzenie>");
        for text in [prefixed, spaced, marked, signed] {
            let upo = Upo::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{error}\n{text}"));
            assert_eq!(all(&upo), all(&expected));
        }
    }

    #[test]
    fn what_is_no_upo() {
        let without = |element: &str| {
            let start = SESSION.find(&format!("<{element}>")).unwrap();
            let end = SESSION.find(&format!("</{element}>")).unwrap() + element.len() + 3;
            SESSION[..start].to_owned() + &SESSION[end..]
        };
        let with = |from: &str, to: &str| {
            assert!(SESSION.contains(from), "{from}");
            SESSION.replacen(from, to, 1)
        };
        for (text, expected) in [
            (String::new(), "upo_malformed"),
            ("x".to_owned(), "upo_malformed"),
            (SESSION[..SESSION.len() - 20].to_owned(), "upo_malformed"),
            (include_str!("../../fixtures/invoices/good/fa3-basic.xml").to_owned(), "upo_malformed"),
            (with("KSeF/v4-3", "KSeF/v4-2"), "upo_malformed"),
            (with("<Potwierdzenie", "<!DOCTYPE Potwierdzenie><Potwierdzenie"), "upo_malformed"),
            (without("NumerKSeFDokumentu"), "upo_malformed"),
            (without("SkrotDokumentu"), "upo_malformed"),
            (without("NipSprzedawcy"), "upo_malformed"),
            (with("<SkrotDokumentu>", "<SkrotDokumentu>A"), "upo_malformed"),
            (with("<SkrotDokumentu>", "<SkrotDokumentu><a/>"), "upo_malformed"),
            (with("<NumerFaktury>", "<NumerFaktury/><NumerFaktury>"), "upo_malformed"),
            (with("-0100001AF629-15", "-0100001AF629-16"), "ksef_number_checksum"),
            (with("-0100001AF629-15", "-0100001AF629"), "ksef_number_malformed"),
            (with("<NipSprzedawcy>5265877635", "<NipSprzedawcy>1111111111"), "upo_contradiction"),
        ] {
            assert_eq!(code(&text), expected, "{text}");
        }
        let first = SESSION.find("<Dokument>").unwrap();
        let end = SESSION.find("</Dokument>").unwrap() + "</Dokument>".len();
        let document = &SESSION[first..end];
        let twice = |change: &dyn Fn(String) -> String| {
            SESSION.replacen(document, &(document.to_owned() + &change(document.to_owned())), 1)
        };
        assert_eq!(code(&twice(&|same| same)), "read");
        let other_hash = InvoiceHash::of(b"other").base64();
        let hash_at = document.find("<SkrotDokumentu>").unwrap() + "<SkrotDokumentu>".len();
        let hash = &document[hash_at..hash_at + 44];
        assert_eq!(code(&twice(&|same| same.replace(hash, &other_hash))), "upo_contradiction");
    }
}
