use std::borrow::Cow;
use std::collections::HashMap;

use super::answer::{Answer, FileStatus, Page, Receipt, Said};
use super::json::{self, InvoiceStatus};
use super::pages::Pages;
use super::xml;
use crate::error::{Error, Kind, Result, Warning, WarningKind};
use crate::invoice::Invoice;
use crate::values::{Environment, InvoiceHash, KsefNumber, Nip};

/// The numbers that KSeF gave: of one UPO or of several, of its answers in JSON.
#[derive(Clone, Debug, Default)]
pub struct Upo {
    /// One number for each, unless the UPO contradicts itself, which then counts against that invoice alone.
    numbers: HashMap<InvoiceHash, Vec<KsefNumber>>,
    given: HashMap<KsefNumber, InvoiceHash>,
    /// By seller and invoice number, for an invoice whose file is not the one that KSeF took.
    named: HashMap<(Nip, String), InvoiceHash>,
    /// Of files that another replaces as their technical correction: the number of that one.
    corrections: HashMap<InvoiceHash, KsefNumber>,
    /// Of files that were refused as duplicates (440): the number of the first.
    duplicates: HashMap<InvoiceHash, KsefNumber>,
    /// Of files that have no number: their status.
    without: HashMap<InvoiceHash, String>,
    receipts: HashMap<InvoiceHash, Receipt>,
    /// Which KSeF, where it is said; each once.
    environments: Vec<Environment>,
    pages: Pages,
    is_json: bool,
}

impl Upo {
    /// Reads a UPO, or an answer of KSeF in JSON: about a session's invoices, or the `_metadata.json` of an export package.
    /// Which it is, its first character tells.
    ///
    /// # Errors
    /// `upo_malformed` for what is neither; `ksef_number_malformed` and `ksef_number_checksum` for a number in it;
    /// `upo_contradiction` for a number that stands beside two files, or beside another seller than its own.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let text = text(bytes)?;
        let answer = if json::is_json(&text) { json::answer(&text)? } else { xml::answer(&text)? };
        let Answer { environments, page, files } = answer;
        let is_json = matches!(page, Page::Json { .. });
        let mut upo = Self { environments, pages: Pages::of(page), is_json, ..Self::default() };
        for file in files {
            upo.add(file)?;
        }
        Ok(upo)
    }

    /// Adds the numbers of another, such as the next page of a session's.
    ///
    /// # Errors
    /// `upo_contradiction`, as [`parse`](Self::parse).
    pub fn merge(&mut self, other: Self) -> Result<()> {
        self.named.extend(other.named);
        self.duplicates.extend(other.duplicates);
        self.without.extend(other.without);
        self.receipts.extend(other.receipts);
        for environment in other.environments {
            if !self.environments.contains(&environment) {
                self.environments.push(environment);
            }
        }
        self.pages.merge(other.pages);
        self.is_json |= other.is_json;
        other.corrections.into_iter().try_for_each(|(first, number)| self.correct(first, &number))?;
        // Sorted, because the map has no order and the message about a contradiction must not depend on it.
        let mut given: Vec<_> = other.given.into_iter().collect();
        given.sort_unstable_by(|(one, _), (other, _)| one.as_str().cmp(other.as_str()));
        given.into_iter().try_for_each(|(number, hash)| self.pair(hash, number))
    }

    /// Whether it is of this environment. Of answers in JSON it may not be known.
    ///
    /// # Errors
    /// `upo_wrong_environment`.
    pub fn check_environment(&self, environment: Environment) -> Result<()> {
        match self.environments.iter().find(|other| **other != environment) {
            None => Ok(()),
            Some(other) => {
                let name = self.name();
                let message = format!("{name} is of the environment {other}, and the codes lead to {environment}");
                Err(Error::new(Kind::UpoWrongEnvironment, message))
            }
        }
    }

    /// The number that belongs under the code of the file with this digest: that which KSeF gave to it, to its technical
    /// correction, or to the invoice of which it is a duplicate.
    pub fn number(&self, hash: &InvoiceHash) -> Option<&KsefNumber> {
        match self.numbers.get(hash) {
            Some(numbers) => match &numbers[..] {
                [only] => Some(only),
                _ => None,
            },
            None => self.corrections.get(hash).or_else(|| self.number_of_duplicate(hash)),
        }
    }

    /// The number of an invoice.
    ///
    /// # Errors
    /// `upo_contradiction` if the UPO gives it two; `upo_other_file` if it has an invoice of this seller with this
    /// number, and another digest; `ksef_number_not_given` if KSeF says of the file that it has none; `upo_page_missing` and
    /// `upo_lacks_invoice` if it is not named.
    pub fn number_of(&self, invoice: &Invoice) -> Result<&KsefNumber> {
        let hash = invoice.hash();
        if let Some(number) = self.number(hash) {
            return Ok(number);
        }
        let (name, digest) = (self.name(), hash.base64());
        let refuse = |kind, message| Err(Error::new(kind, message));
        if let Some(numbers) = self.numbers.get(hash) {
            let numbers: Vec<&str> = numbers.iter().map(KsefNumber::as_str).collect();
            let message = format!("{name} gives two KSeF numbers to the digest {digest}: {}", numbers.join(", "));
            return refuse(Kind::UpoContradiction, message);
        }
        let original = self.duplicates.get(hash).and_then(|number| self.given.get(number));
        let named = self.named.get(&(invoice.seller(), invoice.number().to_owned()));
        if let Some(other) = original.or(named) {
            let (number, other) = (invoice.number(), other.base64());
            let message =
                format!("{name} has the invoice {number} of this seller with the digest {other}, not {digest}");
            return refuse(Kind::UpoOtherFile, message);
        }
        if let Some(status) = self.without.get(hash) {
            let message = format!("KSeF says of the file with the digest {digest}: {status}");
            return refuse(Kind::KsefNumberNotGiven, message);
        }
        let message = format!("{name} has no invoice with the digest {digest}");
        match self.pages.missing() {
            Some(missing) => refuse(Kind::UpoPageMissing, format!("{message}; {missing}")),
            None => refuse(Kind::UpoLacksInvoice, message),
        }
    }

    /// What somebody should look at, of the [`number`](Self::number) under the code of the file with this digest:
    /// `technical_correction`, `ksef_number_of_duplicate`.
    pub fn warning(&self, hash: &InvoiceHash) -> Option<Warning> {
        if self.numbers.contains_key(hash) {
            return None;
        }
        if let Some(number) = self.corrections.get(hash) {
            let message =
                format!("KSeF took a technical correction of this file, as {number}; its code leads to that one");
            return Some(Warning::new(WarningKind::TechnicalCorrection, message));
        }
        let number = self.number_of_duplicate(hash)?;
        let message = format!(
            "KSeF refused this file as a duplicate (440) of {number}; whether that is this very file, it does not say"
        );
        Some(Warning::new(WarningKind::KsefNumberOfDuplicate, message))
    }

    /// All pairs, in no order.
    pub fn numbers(&self) -> impl Iterator<Item = (&InvoiceHash, &KsefNumber)> {
        self.given.iter().map(|(number, hash)| (hash, number))
    }

    /// What a UPO confirms of this very file besides its number. KSeF's answers in JSON do not.
    pub fn receipt(&self, hash: &InvoiceHash) -> Option<&Receipt> {
        self.receipts.get(hash)
    }

    /// The number of the first file, unless that is known to be another.
    fn number_of_duplicate(&self, hash: &InvoiceHash) -> Option<&KsefNumber> {
        self.duplicates.get(hash).filter(|number| !self.given.contains_key(number))
    }

    fn name(&self) -> &'static str {
        if self.is_json { "KSeF's answer" } else { "the UPO" }
    }

    fn add(&mut self, file: FileStatus) -> Result<()> {
        let FileStatus { hash, invoice_number, said, receipt } = file;
        self.receipts.extend(receipt.map(|receipt| (hash, receipt)));
        match said {
            Said::Taken { number, corrects } => {
                if let Some(invoice_number) = invoice_number {
                    self.named.insert((number.seller(), invoice_number), hash);
                }
                if let Some(first) = corrects {
                    self.correct(first, &number)?;
                }
                self.pair(hash, number)
            }
            Said::Duplicate { original } => {
                self.duplicates.insert(hash, original);
                Ok(())
            }
            Said::NoNumber { status } => {
                self.without.insert(hash, status);
                Ok(())
            }
        }
    }

    /// KSeF takes one technical correction of a file.
    fn correct(&mut self, first: InvoiceHash, number: &KsefNumber) -> Result<()> {
        match self.corrections.insert(first, number.clone()) {
            Some(known) if known != *number => {
                let first = first.base64();
                let message =
                    format!("{known} and {number} are both said to be technical corrections of the file {first}");
                Err(Error::new(Kind::UpoContradiction, message))
            }
            _ => Ok(()),
        }
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

impl InvoiceStatus {
    /// Reads KSeF's answer in JSON about the files of a session, or about one of them.
    ///
    /// # Errors
    /// `upo_malformed` for what is no such answer, a UPO too: that confirms files that were taken; `ksef_number_malformed`
    /// and `ksef_number_checksum` for a number in it.
    pub fn read(bytes: &[u8]) -> Result<Vec<Self>> {
        let text = text(bytes)?;
        match json::is_json(&text) {
            true => json::statuses(&text),
            false => Err(Error::new(Kind::UpoMalformed, "it is no JSON, as the status of a file in a session is")),
        }
    }
}

/// The text without its byte order mark. PowerShell writes what it fetched in UTF-16, and says so by the mark.
fn text(bytes: &[u8]) -> Result<Cow<'_, str>> {
    let refuse = |why: &str| Err(Error::new(Kind::UpoMalformed, why));
    let unit: fn([u8; 2]) -> u16 = match bytes {
        [0xFF, 0xFE, ..] => u16::from_le_bytes,
        [0xFE, 0xFF, ..] => u16::from_be_bytes,
        [b'P', b'K', 3, 4, ..] => {
            return refuse("it is a ZIP archive: give the UPO, or the _metadata.json, that is in it");
        }
        [b'%', b'P', b'D', b'F', ..] => return refuse("it is a PDF, for people to read: give the UPO as XML"),
        _ => {
            let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
            return match std::str::from_utf8(bytes) {
                Ok(text) => Ok(Cow::Borrowed(text)),
                Err(error) => Err(Error::new(Kind::UpoMalformed, "it is not UTF-8").caused_by(error)),
            };
        }
    };
    let (units, rest) = bytes.as_chunks::<2>();
    let units = units.iter().skip(1).map(|pair| unit(*pair));
    match char::decode_utf16(units).collect::<std::result::Result<String, _>>() {
        Ok(text) if rest.is_empty() => Ok(Cow::Owned(text)),
        _ => refuse("it is not UTF-16, though it begins so"),
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

    const BASIC: &[u8] = include_bytes!("../../fixtures/invoices/good/fa3-basic.xml");
    const NUMBER: &str = "5265877635-20260616-0100001AF629-15";

    fn of(invoice: &[u8], upo: &str) -> (Option<String>, &'static str) {
        let invoice = Invoice::read(invoice).unwrap();
        let upo = Upo::parse(upo.as_bytes()).unwrap_or_else(|error| panic!("{error}: {upo}"));
        let warning = upo.warning(invoice.hash());
        match upo.number_of(&invoice) {
            Ok(number) => (Some(number.to_string()), warning.map_or("", |warning| warning.code())),
            Err(error) => (None, error.code()),
        }
    }

    #[test]
    fn the_answers_in_json() {
        let hash = InvoiceHash::of(BASIC).base64();
        let other = InvoiceHash::of(b"other").base64();
        let taken = |hash: &str, more: &str| {
            format!(r#"{{"invoiceHash":"{hash}","ksefNumber":"{NUMBER}","invoiceNumber":"FV/2026/06/001"{more}}}"#)
        };
        let status = |code: u16, more: &str| {
            format!(r#"{{"invoiceHash":"{hash}","status":{{"code":{code},"description":"Opis"{more}}}}}"#)
        };
        let duplicate = status(440, &format!(r#","extensions":{{"originalKsefNumber":"{NUMBER}"}}"#));
        for (files, number, code) in [
            (vec![taken(&hash, "")], true, ""),
            (vec![taken(&hash, r#","status":{"code":200,"description":"Sukces"}"#)], true, ""),
            (vec![taken(&other, "")], false, "upo_other_file"),
            // The corrected file names the first.
            (vec![taken(&other, &format!(r#","hashOfCorrectedInvoice":"{hash}""#))], true, "technical_correction"),
            (vec![duplicate.clone()], true, "ksef_number_of_duplicate"),
            // The first file is known, and it is this one; or another.
            (vec![duplicate.clone(), taken(&hash, "")], true, ""),
            (vec![taken(&other, "").replace("/06/", "/6/"), duplicate], false, "upo_other_file"),
            (vec![status(430, "")], false, "ksef_number_not_given"),
            (vec![status(150, "")], false, "ksef_number_not_given"),
            (vec![status(440, "")], false, "ksef_number_not_given"),
            (vec![], false, "upo_lacks_invoice"),
        ] {
            let text = format!(r#"{{"invoices":[{}]}}"#, files.join(","));
            assert_eq!(of(BASIC, &text), (number.then(|| NUMBER.to_owned()), code), "{text}");
        }
        assert_eq!(of(BASIC, r#"{"invoices":[],"continuationToken":"W"}"#), (None, "upo_page_missing"));
        let corrects = format!(r#","hashOfCorrectedInvoice":"{hash}""#);
        let twice =
            [taken(&other, &corrects), taken(&hash, &corrects).replace(NUMBER, "5265877635-20260616-0100001AF62A-7A")];
        assert_eq!(code(&format!("[{}]", twice.join(","))), "upo_contradiction");
        assert_eq!(code(&format!("[{},{}]", taken(&hash, ""), taken(&other, ""))), "upo_contradiction");
    }

    #[test]
    fn the_environment_is_that_of_the_receiver() {
        const TEST: &str = "Ministerstwo Finansów - środowisko testowe (TE)";
        for (name, expected) in [
            (TEST, Some(Environment::Test)),
            ("Ministerstwo Finansów", Some(Environment::Prod)),
            ("Ministerstwo Finansów - środowisko przedprodukcyjne (TR)", Some(Environment::Demo)),
            ("Ministerstwo Finansów - inne", None),
            ("Ministerstwo", None),
        ] {
            let text = SESSION.replacen(TEST, name, 1);
            let Some(expected) = expected else {
                assert_eq!(code(&text), "upo_malformed", "{name}");
                continue;
            };
            let upo = Upo::parse(text.as_bytes()).unwrap();
            for environment in Environment::ALL {
                let error = upo.check_environment(environment).err().map(|error| error.code());
                assert_eq!(error, (environment != expected).then_some("upo_wrong_environment"), "{name} {environment}");
            }
        }
        let url = r#"[{"invoiceHash":"mkht+3m5trnfxlTYhq3QFn74LkEO69MFNlsMAkCDSPA=","status":{"code":100},"upoDownloadUrl":"https://api-test.ksef.mf.gov.pl/x"}]"#;
        let mut upo = Upo::parse(url.as_bytes()).unwrap();
        assert_eq!(upo.check_environment(Environment::Prod).unwrap_err().code(), "upo_wrong_environment");
        assert_eq!(Upo::parse(b"[]").unwrap().check_environment(Environment::Prod), Ok(()), "it does not say");
        upo.merge(Upo::parse(url.replace("-test", "").as_bytes()).unwrap()).unwrap();
        assert!(Environment::ALL.iter().all(|environment| upo.check_environment(*environment).is_err()));
    }

    #[test]
    fn a_page_that_is_missing_is_missing() {
        let page = |page: &str, count: &str| {
            let pages = format!(
                "<OpisPotwierdzenia><Strona>{page}</Strona><LiczbaStron>{count}</LiczbaStron></OpisPotwierdzenia>\
                 <NazwaStrukturyLogicznej>"
            );
            SESSION.replacen("<NazwaStrukturyLogicznej>", &pages, 1)
        };
        let correction = include_bytes!("../../fixtures/invoices/good/fa3-correction.xml");
        assert_eq!(of(correction, SESSION), (None, "upo_lacks_invoice"));
        assert_eq!(of(correction, &page("1", "1")), (None, "upo_lacks_invoice"));
        assert_eq!(of(correction, &page("1", "3")), (None, "upo_page_missing"));
        assert_eq!(of(BASIC, &page("1", "3")).0.as_deref(), Some(NUMBER), "what is there is found");
        for (number, count) in [("0", "3"), ("4", "3"), ("x", "3"), ("1", "99999999999")] {
            assert_eq!(code(&page(number, count)), "upo_malformed", "{number} {count}");
        }
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
        let utf_16 = |mark: [u8; 2], bytes: fn(u16) -> [u8; 2]| {
            mark.into_iter().chain(SESSION.encode_utf16().flat_map(bytes)).collect::<Vec<u8>>()
        };
        for bytes in [utf_16([0xFF, 0xFE], u16::to_le_bytes), utf_16([0xFE, 0xFF], u16::to_be_bytes)] {
            assert_eq!(all(&Upo::parse(&bytes).unwrap()), all(&expected));
            assert_eq!(Upo::parse(&bytes[..bytes.len() - 1]).unwrap_err().code(), "upo_malformed");
        }
        for bytes in [&b"\xFF\xFE\x00\xD8"[..], b"PK\x03\x04", b"%PDF-1.7", b"\xFF"] {
            assert_eq!(Upo::parse(bytes).unwrap_err().code(), "upo_malformed");
        }
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
            (without("NazwaPodmiotuPrzyjmujacego"), "upo_malformed"),
            (with("<NazwaPodmiotuPrzyjmujacego>", "<NazwaPodmiotuPrzyjmujacego><a/>"), "upo_malformed"),
            (with("<NumerReferencyjnySesji>", "<NumerReferencyjnySesji/><NumerReferencyjnySesji>"), "upo_malformed"),
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
