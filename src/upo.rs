//! The UPO (urzędowe poświadczenie odbioru), by which KSeF confirms what it took: the number of each invoice, by the
//! digest of its file.
//!
//! ```
//! use ksef_qr::{Invoice, Upo};
//!
//! # fn main() -> ksef_qr::Result<()> {
//! let upo = Upo::parse(include_bytes!("../fixtures/upo/good/session.xml"))?;
//! let invoice = Invoice::read(include_bytes!("../fixtures/invoices/good/fa3-basic.xml"))?;
//! assert_eq!(upo.number_of(&invoice)?.as_str(), "5265877635-20260616-0100001AF629-15");
//! # Ok(())
//! # }
//! ```
//!
//! Read is version 4-3 (`upo-v4-3.xsd`), of a session or of one invoice. The Ministry's signature on it is not verified.

mod read;

use std::collections::{HashMap, HashSet};

use crate::error::{Error, Kind, Result};
use crate::invoice::Invoice;
use crate::values::{InvoiceHash, KsefNumber, Nip};

/// The numbers that KSeF gave, of one UPO or of several.
#[derive(Clone, Debug, Default)]
pub struct Upo {
    numbers: HashMap<InvoiceHash, KsefNumber>,
    given: HashSet<KsefNumber>,
    /// By seller and invoice number, for an invoice whose file is not the one that KSeF took.
    named: HashMap<(Nip, String), InvoiceHash>,
}

/// `Dokument`: one invoice that KSeF took.
struct Document {
    seller: Nip,
    number: KsefNumber,
    invoice_number: String,
    hash: InvoiceHash,
}

impl Upo {
    /// Reads a UPO.
    ///
    /// # Errors
    /// `upo_malformed` for what is no UPO v4-3; `ksef_number_malformed` and `ksef_number_checksum` for a number in it;
    /// `upo_contradiction` for two numbers of one file, or two files of one number.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let mut upo = Self::default();
        for document in read::documents(bytes)? {
            upo.add(document)?;
        }
        Ok(upo)
    }

    /// Takes in the numbers of another, such as the next page of a session's.
    ///
    /// # Errors
    /// `upo_contradiction`, as [`parse`](Self::parse).
    pub fn merge(&mut self, other: Self) -> Result<()> {
        self.named.extend(other.named);
        other.numbers.into_iter().try_for_each(|(hash, number)| self.pair(hash, number))
    }

    /// The number that KSeF gave to the file with this digest.
    pub fn number(&self, hash: &InvoiceHash) -> Option<&KsefNumber> {
        self.numbers.get(hash)
    }

    /// The number of an invoice.
    ///
    /// # Errors
    /// `upo_other_file` if the UPO has an invoice of this seller with this number, and another digest;
    /// `upo_lacks_invoice` if it has none.
    pub fn number_of(&self, invoice: &Invoice) -> Result<&KsefNumber> {
        if let Some(number) = self.number(invoice.hash()) {
            return Ok(number);
        }
        let name = (invoice.seller(), invoice.number().to_owned());
        let other = self.named.get(&name).and_then(|hash| Some((hash, self.number(hash)?)));
        Err(match other {
            Some((hash, number)) => {
                let message = format!(
                    "the UPO gives {number} to the invoice {} of this seller with the digest {}, and this file's is {}",
                    invoice.number(),
                    hash.base64(),
                    invoice.hash().base64(),
                );
                Error::new(Kind::UpoOtherFile, message)
            }
            None => {
                let message = format!("the UPO has no invoice with the digest {}", invoice.hash().base64());
                Error::new(Kind::UpoLacksInvoice, message)
            }
        })
    }

    /// All pairs, in no order.
    pub fn numbers(&self) -> impl Iterator<Item = (&InvoiceHash, &KsefNumber)> {
        self.numbers.iter()
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
        if let Some(known) = self.numbers.get(&hash) {
            if *known == number {
                return Ok(());
            }
            let message = format!("the digest {} has two KSeF numbers, {known} and {number}", hash.base64());
            return Err(Error::new(Kind::UpoContradiction, message));
        }
        if !self.given.insert(number.clone()) {
            return Err(Error::new(Kind::UpoContradiction, format!("two digests have the KSeF number {number}")));
        }
        self.numbers.insert(hash, number);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SESSION: &str = include_str!("../fixtures/upo/good/session.xml");

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
        merged.merge(Upo::parse(include_bytes!("../fixtures/upo/good/invoice.xml")).unwrap()).unwrap();
        assert_eq!(merged.numbers().count(), upo.numbers().count(), "the same pair again is no news");
        merged.merge(Upo::parse(include_bytes!("../fixtures/upo/good/second-page.xml")).unwrap()).unwrap();
        assert_eq!(merged.numbers().count(), upo.numbers().count() + 1);
        let other = SESSION.replacen("5265877635-20260616-0100001AF629-15", "5265877635-20250826-0100001AF629-AF", 1);
        let other = Upo::parse(other.as_bytes()).unwrap();
        assert_eq!(merged.merge(other).unwrap_err().code(), "upo_contradiction");
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
            (include_str!("../fixtures/invoices/good/fa3-basic.xml").to_owned(), "upo_malformed"),
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
        assert_eq!(
            code(&twice(
                &|same| same.replace("5265877635-20260616-0100001AF629-15", "5265877635-20250826-0100001AF629-AF")
            )),
            "upo_contradiction"
        );
        let other_hash = InvoiceHash::of(b"other").base64();
        let hash_at = document.find("<SkrotDokumentu>").unwrap() + "<SkrotDokumentu>".len();
        let hash = &document[hash_at..hash_at + 44];
        assert_eq!(code(&twice(&|same| same.replace(hash, &other_hash))), "upo_contradiction");
    }
}
