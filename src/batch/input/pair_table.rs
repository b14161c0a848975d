//! Tables of PDFs and their invoices, as spreadsheets write them.

use std::io::Read as _;
use std::path::Path;

use super::input::{Input, InvoiceFile};
use crate::error::{Error, Kind, Result};
use crate::files::{decoded, open_regular, path_from_bytes, spelled_path, unreadable};

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
    // Excel's own way to say what separates.
    let bytes = match bytes.strip_prefix(b"sep=") {
        Some(rest) => rest.splitn(2, |&byte| byte == b'\n').nth(1).unwrap_or_default(),
        None => bytes,
    };
    if str::from_utf8(bytes).is_err() {
        return take(refuse("it is not UTF-8: save it as \"CSV UTF-8\"".to_owned()));
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return take(refuse("it is a spreadsheet: save it as \"CSV UTF-8\"".to_owned()));
    }
    let first = bytes.split(|&byte| byte == b'\n').next().unwrap_or_default();
    // Spreadsheets with Polish settings separate by semicolons.
    let delimiter = [b';', b'\t'].into_iter().find(|delimiter| first.contains(delimiter)).unwrap_or(b',');
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).trim(csv::Trim::All).from_reader(bytes);
    let column = |name: &str, headers: &csv::ByteRecord| {
        headers.iter().position(|header| header.eq_ignore_ascii_case(name.as_bytes()))
    };
    let columns =
        reader.byte_headers().ok().and_then(|headers| Some((column("pdf", headers)?, column("invoice", headers))));
    let Some((pdf, invoice)) = columns else {
        return take(refuse("its first line does not name the columns pdf and invoice".to_owned()));
    };
    let mut found = false;
    for record in reader.byte_records() {
        let input = match record {
            Err(error) => refuse(format!("{error}")),
            Ok(record) => {
                let path = |column| record.get(column).filter(|path| !path.is_empty()).and_then(path_from_bytes);
                match (path(pdf), invoice.and_then(&path)) {
                    (Some(pdf), Some(invoice)) => {
                        Input::Pdf { pdf: pdf.to_owned(), invoice: Some(InvoiceFile::File(invoice.to_owned())) }
                    }
                    // The invoice is in the PDF.
                    (Some(pdf), None) => Input::Pdf { pdf: pdf.to_owned(), invoice: None },
                    (None, _) => {
                        let line = record.position().map_or(0, csv::Position::line);
                        refuse(format!("line {line} names no PDF"))
                    }
                }
            }
        };
        found = true;
        if !take(input) {
            return false;
        }
    }
    found || take(refuse("it names no PDF".to_owned()))
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
                    Input::Pdf { pdf, invoice } => {
                        let invoice = invoice.as_ref().map_or_else(|| "-".to_owned(), InvoiceFile::name);
                        format!("{} {invoice}", spelled_path(pdf))
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
                "\u{FEFF}Invoice;PDF;note\r\n\"x/a,1.xml\";in/a.pdf;\r\n;in/b.pdf;\r\n",
                vec!["in/a.pdf x/a,1.xml", "in/b.pdf -"],
            ),
            ("pdf,invoice\n,x/a.xml\n", vec!["pair_table_unreadable"]),
            ("sep=;\r\npdf;invoice\r\nin/a.pdf;x/a.xml;;\r\n", vec!["in/a.pdf x/a.xml"]),
            ("pdf\nin/a.pdf\n", vec!["in/a.pdf -"]),
            ("\u{FFFE}pdf\n", vec!["pair_table_unreadable"]),
            ("PK\u{3}\u{4}", vec!["pair_table_unreadable"]),
            ("a.pdf,a.xml\n", vec!["pair_table_unreadable"]),
            ("pdf,invoice\n", vec!["pair_table_unreadable"]),
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
