//! Tables of PDFs and their invoices, as spreadsheets write them.

use std::collections::HashMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::input::{Input, InvoiceFile};
use crate::error::{Error, Kind, Result};
use crate::files::{Table, decoded, open_regular, path_from_bytes, spelled_path, unreadable};
use crate::values::KsefNumber;

/// In bytes: a million pairs.
const LARGEST: u64 = 100_000_000;

/// Calls `take` for each line of a table. Paths are relative to the working folder, as in a list.
pub(super) fn each_of(table: &Path, take: &mut dyn FnMut(Input) -> bool) -> bool {
    let refuse = |why: String| Input::Unusable(Error::new(Kind::PairTableUnreadable, why).about(spelled_path(table)));
    let bytes = match read(table) {
        Ok(bytes) => bytes,
        Err(error) => return take(refuse(error.message().to_owned())),
    };
    let bytes = &*bytes;
    if str::from_utf8(bytes).is_err() {
        return take(refuse("it is not UTF-8: save it as \"CSV UTF-8\"".to_owned()));
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return take(refuse("it is a spreadsheet: save it as \"CSV UTF-8\"".to_owned()));
    }
    let table_text = Table::of(bytes);
    let mut reader = table_text.reader();
    let columns = reader.byte_headers().map_err(|error| error.to_string()).and_then(Columns::of);
    let columns = match columns {
        Ok(columns) => columns,
        Err(why) => return take(refuse(why)),
    };
    let mut numbers = HashMap::new();
    let mut found = false;
    for record in reader.byte_records() {
        let input = match record {
            Err(error) => refuse(format!("{error}")),
            Ok(record) => columns.pair(&record, &mut numbers).unwrap_or_else(|| {
                let line = table_text.line_of(record.position());
                refuse(format!("line {line} names no PDF"))
            }),
        };
        found = true;
        if !take(input) {
            return false;
        }
    }
    found || take(refuse("it names no PDF".to_owned()))
}

/// Which column is which.
struct Columns {
    pdf: usize,
    invoice: Option<usize>,
    ksef_number: Option<usize>,
}

impl Columns {
    /// A column that nobody would read may be one that was meant to be read, such as `numer KSeF`: it is refused.
    fn of(headers: &csv::ByteRecord) -> std::result::Result<Self, String> {
        const NAMES: [&str; 3] = ["pdf", "invoice", "ksef_number"];
        let is = |header: &[u8], name: &str| header.eq_ignore_ascii_case(name.as_bytes());
        let [pdf, invoice, ksef_number] = NAMES.map(|name| headers.iter().position(|header| is(header, name)));
        let Some(pdf) = pdf else { return Err("its first line does not name the columns pdf and invoice".to_owned()) };
        for (place, header) in headers.iter().enumerate() {
            let is_known = [Some(pdf), invoice, ksef_number].contains(&Some(place));
            // Spreadsheets leave empty columns at the end of the lines.
            if !header.is_empty() && !is_known {
                let what = if NAMES.iter().any(|name| is(header, name)) { "stands twice" } else { "is not known" };
                let header = String::from_utf8_lossy(header);
                return Err(format!("its column {header:?} {what}; the columns are pdf, invoice and ksef_number"));
            }
        }
        Ok(Self { pdf, invoice, ksef_number })
    }

    /// What a line names; none if it names no PDF. `numbers` are those of the lines before, with the invoice of each.
    fn pair(&self, record: &csv::ByteRecord, numbers: &mut HashMap<KsefNumber, PathBuf>) -> Option<Input> {
        let text = |column: usize| record.get(column).filter(|text| !text.is_empty());
        let path = |column| text(column).and_then(path_from_bytes);
        let pdf = path(self.pdf)?;
        // Without one, it is in the PDF.
        let invoice = self.invoice.and_then(path);
        let number = self.ksef_number.and_then(text).map(|number| KsefNumber::parse(&String::from_utf8_lossy(number)));
        let refuse = |error: Error| Some(Input::Unusable(error.about(spelled_path(pdf))));
        let ksef_number = match number.transpose() {
            Ok(number) => number,
            Err(error) => return refuse(error),
        };
        if let Some(number) = &ksef_number {
            let own = invoice.unwrap_or(pdf);
            let first = numbers.entry(number.clone()).or_insert_with(|| own.to_owned());
            if first != own {
                let message = format!("the table gives the KSeF number {number} to {} too", spelled_path(first));
                return refuse(Error::new(Kind::KsefNumberContradiction, message));
            }
        }
        Some(Input::Pdf {
            pdf: pdf.to_owned(),
            invoice: invoice.map(|path| InvoiceFile::File(path.to_owned())),
            ksef_number,
        })
    }
}

/// Spreadsheets save Unicode text as UTF-16.
fn read(table: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = open_regular(table)?;
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|error| unreadable(&error))?;
    match bytes.len() as u64 > LARGEST {
        true => Err(Error::new(Kind::PairTableUnreadable, "it has more than 100 000 000 bytes: split it")),
        false => Ok(decoded(bytes)),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::batch::Source;

    /// The file names of each pair, or the code of a refusal.
    fn pairs(source: &Source) -> Vec<String> {
        let mut pairs = Vec::new();
        source.each(
            &mut |input| {
                pairs.push(match &input {
                    Input::Pdf { pdf, invoice, ksef_number } => {
                        let invoice = invoice.as_ref().map_or_else(|| "-".to_owned(), InvoiceFile::name);
                        let number = ksef_number.as_ref().map_or_else(String::new, |number| format!(" {number}"));
                        format!("{} {invoice}{number}", spelled_path(pdf))
                    }
                    Input::Unusable(error) => error.code().to_owned(),
                    _ => panic!("{input:?}"),
                });
                true
            },
            &|| true,
        );
        pairs
    }

    #[test]
    fn tables_come_from_spreadsheets() {
        let folder = tempfile::tempdir().unwrap();
        let table = folder.path().join("pairs.csv");
        for (text, expected) in [
            ("pdf,invoice\nin/a.pdf,x/a.xml\n", vec!["in/a.pdf x/a.xml"]),
            (
                "\u{FEFF}Invoice;PDF;\r\n\"x/a,1.xml\";in/a.pdf;\r\n;in/b.pdf;\r\n",
                vec!["in/a.pdf x/a,1.xml", "in/b.pdf -"],
            ),
            ("pdf,invoice\n,x/a.xml\n", vec!["pair_table_unreadable"]),
            ("sep=;\r\npdf;invoice\r\nin/a.pdf;x/a.xml;;\r\n", vec!["in/a.pdf x/a.xml"]),
            ("pdf\nin/a.pdf\n", vec!["in/a.pdf -"]),
            ("\u{FFFE}pdf\n", vec!["pair_table_unreadable"]),
            ("PK\u{3}\u{4}", vec!["pair_table_unreadable"]),
            ("a.pdf,a.xml\n", vec!["pair_table_unreadable"]),
            ("pdf,invoice\n", vec!["pair_table_unreadable"]),
            ("pdf,invoice,note\nin/a.pdf,x/a.xml,\n", vec!["pair_table_unreadable"]),
            ("pdf,invoice,PDF\nin/a.pdf,x/a.xml,\n", vec!["pair_table_unreadable"]),
            (
                "pdf,KSeF_Number,invoice\na.pdf,5265877635-20250826-0100001AF629-AF,a.xml\nb.pdf,,b.xml\n",
                vec!["a.pdf a.xml 5265877635-20250826-0100001AF629-AF", "b.pdf b.xml"],
            ),
            // The same invoice on two PDFs has one number; two invoices have two.
            (
                "pdf,invoice,ksef_number\n\
                 a.pdf,a.xml,5265877635-20250826-0100001AF629-AF\n\
                 a.en.pdf,a.xml,5265877635-20250826-0100001AF629-AF\n\
                 b.pdf,b.xml,5265877635-20250826-0100001AF629-AF\n\
                 c.pdf,c.xml,5265877635-20250826-0100001AF629-AE\n\
                 d.pdf,d.xml,1111111111-IZ202607-65ED02180000-E7\n",
                vec![
                    "a.pdf a.xml 5265877635-20250826-0100001AF629-AF",
                    "a.en.pdf a.xml 5265877635-20250826-0100001AF629-AF",
                    "ksef_number_contradiction",
                    "ksef_number_checksum",
                    "ksef_number_is_collective",
                ],
            ),
        ] {
            fs::write(&table, text).unwrap();
            assert_eq!(pairs(&Source::PairTable(table.clone())), expected, "{text:?}");
            // What Excel calls "Unicode text", and PowerShell's `>`.
            let utf16: Vec<u8> =
                std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
            fs::write(&table, utf16).unwrap();
            if !text.starts_with('\u{FEFF}') {
                assert_eq!(pairs(&Source::PairTable(table.clone())), expected, "{text:?}");
            }
        }
    }

    #[cfg(unix)]
    #[test]
    fn what_never_ends_is_no_table() {
        let folder = tempfile::tempdir().unwrap();
        let fifo = folder.path().join("pairs.csv");
        assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
        for endless in [fifo, "/dev/zero".into(), folder.path().to_owned(), folder.path().join("none.csv")] {
            assert_eq!(pairs(&Source::PairTable(endless)), ["pair_table_unreadable"]);
        }
        let large = folder.path().join("large.csv");
        fs::File::create(&large).unwrap().set_len(LARGEST + 1).unwrap();
        assert_eq!(pairs(&Source::PairTable(large)), ["pair_table_unreadable"]);
    }
}
