//! Tables of KSeF numbers, as spreadsheets write them.

use csv::StringRecord;

use super::book::Book;
use super::entry::{Entry, State};
use crate::error::{Error, Kind, Result};
use crate::files::Table;
use crate::values::{InvoiceHash, KsefNumber, Nip};

/// The columns of a table, as a list of the book has them. Those of the second row are read.
pub const COLUMNS: [&str; 15] = [
    "state",
    "send_by",
    "seller_nip",
    "kind",
    "invoice_number",
    "issue_date",
    "ksef_number",
    "hash_base64",
    "buyer",
    "form",
    "mode",
    "refusal",
    "issued_at",
    "kod1",
    "kod2",
];

/// The kinds of FA and FA_RR, and none.
const KINDS: [&str; 11] =
    ["VAT", "KOR", "ZAL", "ROZ", "UPR", "KOR_ZAL", "KOR_ROZ", "VAT_RR", "KOR_VAT_RR", "380", "381"];

/// The number of one invoice, by a table.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NumberedInvoice {
    /// Where in the table it stands, from 1.
    pub line: u64,
    /// Which invoice.
    pub key: InvoiceKey,
    /// Its number.
    pub number: KsefNumber,
}

/// How a table names an invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvoiceKey {
    /// By the digest of the file.
    Digest(InvoiceHash),
    /// By seller, kind where there is one, and number.
    Number {
        /// The seller.
        seller: Nip,
        /// `RodzajFaktury`; any if it is not given.
        kind: Option<String>,
        /// The number.
        number: String,
    },
}

impl NumberedInvoice {
    /// Reads a table in CSV: its first line names the columns `ksef_number`, and `hash_base64` or `seller_nip` and
    /// `invoice_number` (and `kind`). Other columns of a list of the book may be there and are passed over; lines without a
    /// KSeF number too. Separated by semicolons, tabs or commas.
    ///
    /// # Errors
    /// `book_import_damaged` for a table that is no such; of a line, its place and why it is not taken.
    pub fn read_table(text: &[u8]) -> Result<Vec<Result<Self>>> {
        let damaged = |what: String| Error::new(Kind::BookImportDamaged, what);
        if str::from_utf8(text).is_err() {
            return Err(damaged("it is not UTF-8: save it as \"CSV UTF-8\"".to_owned()));
        }
        let table = Table::of(text);
        let mut reader = table.reader();
        let headers = reader.headers().map_err(|error| damaged(error.to_string()))?.clone();
        let columns = Columns::of(&headers).map_err(damaged)?;
        let mut found = Vec::new();
        for record in reader.records() {
            match record {
                Err(error) => found.push(Err(damaged(error.to_string()))),
                Ok(record) => {
                    let line = table.line_of(record.position());
                    let named = |error: Error| Error::new(error.kind(), format!("line {line}: {}", error.message()));
                    found.extend(columns.row(&record, line).map_err(named).transpose());
                }
            }
        }
        Ok(found)
    }
}

struct Columns {
    ksef_number: usize,
    hash: Option<usize>,
    seller: Option<usize>,
    kind: Option<usize>,
    number: Option<usize>,
}

impl Columns {
    fn of(headers: &StringRecord) -> std::result::Result<Self, String> {
        let place = |name: &str| headers.iter().position(|header| header.eq_ignore_ascii_case(name));
        for header in headers.iter().filter(|header| !header.is_empty()) {
            if !COLUMNS.iter().any(|name| header.eq_ignore_ascii_case(name)) {
                return Err(format!("its column {header:?} is not known; the columns are {}", COLUMNS.join(", ")));
            }
            if headers.iter().filter(|other| other.eq_ignore_ascii_case(header)).count() > 1 {
                return Err(format!("its column {header:?} stands twice"));
            }
        }
        let Some(ksef_number) = place("ksef_number") else {
            return Err("its first line does not name the column ksef_number".to_owned());
        };
        let (hash, seller, number) = (place("hash_base64"), place("seller_nip"), place("invoice_number"));
        if hash.is_none() && (seller.is_none() || number.is_none()) {
            return Err(
                "it names no invoices: give the column hash_base64, or seller_nip and invoice_number".to_owned()
            );
        }
        Ok(Self { ksef_number, hash, seller, kind: place("kind"), number })
    }

    /// None of a line without a KSeF number.
    fn row(&self, record: &StringRecord, line: u64) -> Result<Option<NumberedInvoice>> {
        let text = |column: Option<usize>| {
            column.and_then(|column| record.get(column)).map(without_guard).filter(|text| !text.is_empty())
        };
        let Some(number) = text(Some(self.ksef_number)) else { return Ok(None) };
        let number = KsefNumber::parse(number)?;
        let key = match (text(self.hash), text(self.seller), text(self.number)) {
            (Some(hash), ..) => InvoiceKey::Digest(InvoiceHash::from_base64(hash)?),
            (None, Some(seller), Some(number)) => InvoiceKey::Number {
                seller: Nip::parse(seller)?,
                kind: text(self.kind).map(str::to_owned),
                number: number.to_owned(),
            },
            _ => return Err(Error::new(Kind::BookImportDamaged, "it names no invoice")),
        };
        Ok(Some(NumberedInvoice { line, key, number }))
    }
}

/// The apostrophe that keeps a spreadsheet from taking a text for a formula.
fn without_guard(text: &str) -> &str {
    text.strip_prefix('\'').filter(|rest| rest.starts_with(GUARDED)).unwrap_or(text)
}

/// How texts begin that spreadsheets take for formulas.
pub const GUARDED: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

impl Book {
    /// The file that a table means; none if the book does not have it.
    ///
    /// # Errors
    /// `book_contradiction` if several files have the number and were not annulled; those of the database.
    pub fn of_key(&self, key: &InvoiceKey) -> Result<Option<Entry>> {
        let (seller, kind, number) = match key {
            InvoiceKey::Digest(hash) => return self.find(hash),
            InvoiceKey::Number { seller, kind, number } => (*seller, kind, number),
        };
        let mut found = Vec::new();
        match kind {
            Some(kind) => found = self.of_number(seller, Some(kind), number)?,
            None => {
                for kind in KINDS.into_iter().map(Some).chain([None]) {
                    found.extend(self.of_number(seller, kind, number)?);
                }
            }
        }
        // KSeF gives its number to the corrected file, and the first one gets it with that.
        found.retain(|entry| entry.state() != State::Annulled && entry.corrected_by().is_none());
        match found.len() {
            0 | 1 => Ok(found.pop()),
            _ => {
                let message =
                    format!("{} files of the book have the number {number}: name them by digest", found.len());
                Err(Error::new(Kind::BookContradiction, message))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUMBER: &str = "5265877635-20250826-0100001AF629-AF";

    #[test]
    fn tables_come_from_spreadsheets() {
        let hash = InvoiceHash::of(b"x").base64();
        for (text, expected) in [
            (format!("ksef_number,hash_base64\n{NUMBER},{hash}\n"), 1),
            (format!("sep=;\r\nKSEF_NUMBER;seller_nip;invoice_number;\r\n{NUMBER};5265877635;F/1;\r\n"), 1),
            (format!("ksef_number;seller_nip;invoice_number\n;5265877635;F/1\n{NUMBER};5265877635;'-1\n"), 1),
        ] {
            let found = NumberedInvoice::read_table(text.as_bytes()).unwrap();
            assert_eq!(found.iter().filter(|row| row.is_ok()).count(), expected, "{text}: {found:?}");
            if let InvoiceKey::Number { number, .. } = &found[0].as_ref().unwrap().key {
                assert!(["F/1", "-1"].contains(&&**number));
            }
        }
    }

    #[test]
    fn what_is_no_table_of_numbers() {
        for text in [
            "",
            "a,b\n",
            "ksef_number\n",
            "ksef_number,seller_nip\n",
            "ksef_number,hash_base64,note\n",
            "ksef_number,hash_base64,KSeF_number\n",
            "\u{FFFE}",
        ] {
            assert_eq!(
                NumberedInvoice::read_table(text.as_bytes()).unwrap_err().code(),
                "book_import_damaged",
                "{text}"
            );
        }
        assert!(NumberedInvoice::read_table(b"ksef_number,hash_base64\n\xFF").is_err());
        let rows = format!("ksef_number,hash_base64\n{NUMBER},\n{NUMBER},x\n5,\n");
        let codes: Vec<_> = NumberedInvoice::read_table(rows.as_bytes())
            .unwrap()
            .into_iter()
            .map(|row| row.unwrap_err().code())
            .collect();
        assert_eq!(codes, ["book_import_damaged", "hash_malformed", "ksef_number_malformed"]);
    }
}
