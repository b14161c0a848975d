//! PDFs and the invoices they show: which belongs to which.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::input::{Input, spelled_path};
use super::source::{Wanted, path_from_bytes};
use crate::error::{Error, Kind};

const PDFS: Wanted = Wanted { extension: "pdf", archives: false };
const INVOICES: Wanted = Wanted { extension: "xml", archives: false };

/// PDFs, and where their invoices are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pdfs {
    /// Files, folders (every `*.pdf` in them and below) and patterns.
    pub pdfs: Vec<PathBuf>,
    /// The invoice of the one PDF, or a folder in which each PDF's has its name; none if the PDFs hold their
    /// invoices as embedded files.
    pub invoices: Option<PathBuf>,
}

impl Pdfs {
    /// Calls `take` for each PDF with its invoice, then for each invoice of the folder that no PDF has the name of, if
    /// the PDFs are given as folders too: it would go out without codes.
    pub(super) fn each(&self, take: &mut dyn FnMut(Input) -> bool) -> bool {
        let mut invoices = match &self.invoices {
            None => Invoices::Embedded,
            Some(folder) if folder.is_dir() => Invoices::Folder(Folder::of(folder)),
            Some(file) => Invoices::One(file.clone()),
        };
        let whole = self.pdfs.iter().all(|path| {
            PDFS.each_of_path(path, &mut |input| match input {
                Input::File(pdf) => take(invoices.pair(pdf, path)),
                unusable => take(unusable),
            })
        });
        let Invoices::Folder(folder) = invoices else { return whole };
        let is_asked = self.pdfs.iter().any(|path| path.is_dir());
        whole && (!is_asked || folder.into_left().all(|invoice| take(without_pdf(&invoice))))
    }
}

enum Invoices {
    Embedded,
    One(PathBuf),
    Folder(Folder),
}

impl Invoices {
    fn pair(&mut self, pdf: PathBuf, given: &Path) -> Input {
        let invoice = match self {
            Self::Embedded => None,
            Self::One(file) => Some(file.clone()),
            Self::Folder(folder) => match folder.take(&pdf, given) {
                Ok(invoice) => Some(invoice),
                Err(error) => return Input::Unusable(error.about(spelled_path(&pdf))),
            },
        };
        Input::Pdf { pdf, invoice }
    }
}

/// The invoices of a folder, by their file stem.
struct Folder {
    path: PathBuf,
    invoices: BTreeMap<OsString, Vec<Invoice>>,
}

struct Invoice {
    path: PathBuf,
    is_taken: bool,
}

impl Folder {
    fn of(path: &Path) -> Self {
        let mut invoices: BTreeMap<OsString, Vec<Invoice>> = BTreeMap::new();
        INVOICES.each_of_path(path, &mut |input| {
            if let Input::File(path) = input {
                let stem = path.file_stem().unwrap_or_default().to_owned();
                invoices.entry(stem).or_default().push(Invoice { path, is_taken: false });
            }
            true
        });
        Self { path: path.to_owned(), invoices }
    }

    /// The invoice of a PDF that was found under `given`: the only one of its name, or the one in the same place.
    fn take(&mut self, pdf: &Path, given: &Path) -> Result<PathBuf, Error> {
        let stem = pdf.file_stem().unwrap_or_default();
        let place = pdf.strip_prefix(given).ok().and_then(Path::parent);
        let same_place = place.map(|place| self.path.join(place));
        let found = match self.invoices.get_mut(stem).map(Vec::as_mut_slice) {
            None | Some([]) => {
                let message = format!("no invoice in {} has its name", spelled_path(&self.path));
                return Err(Error::new(Kind::PairMissing, message));
            }
            Some([only]) => Some(only),
            Some(several) => several.iter_mut().find(|one| one.path.parent() == same_place.as_deref()),
        };
        let Some(found) = found else {
            let message = format!("several invoices in {} have its name", spelled_path(&self.path));
            return Err(Error::new(Kind::PairAmbiguous, message));
        };
        found.is_taken = true;
        Ok(found.path.clone())
    }

    fn into_left(self) -> impl Iterator<Item = PathBuf> {
        self.invoices.into_values().flatten().filter(|invoice| !invoice.is_taken).map(|invoice| invoice.path)
    }
}

fn without_pdf(invoice: &Path) -> Input {
    let error = Error::new(Kind::PairMissing, "no PDF has its name, so it gets no codes");
    Input::Unusable(error.about(spelled_path(invoice)))
}

/// Calls `take` for each line of a table. Paths are relative to the working folder, as in a list.
pub(super) fn each_of_table(table: &Path, take: &mut dyn FnMut(Input) -> bool) -> bool {
    let refuse = |why: String| Input::Unusable(Error::new(Kind::PairTableUnreadable, why).about(spelled_path(table)));
    let bytes = match std::fs::read(table) {
        Ok(bytes) => bytes,
        Err(error) => return take(refuse(format!("it cannot be read: {error}"))),
    };
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
    let first = bytes.split(|&byte| byte == b'\n').next().unwrap_or_default();
    // Spreadsheets with Polish settings separate by semicolons.
    let delimiter = if first.contains(&b';') { b';' } else { b',' };
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).trim(csv::Trim::All).from_reader(bytes);
    let column = |name: &str, headers: &csv::ByteRecord| {
        headers.iter().position(|header| header.eq_ignore_ascii_case(name.as_bytes()))
    };
    let columns =
        reader.byte_headers().ok().and_then(|headers| Some((column("pdf", headers)?, column("invoice", headers)?)));
    let Some((pdf, invoice)) = columns else {
        return take(refuse("its first line does not name the columns pdf and invoice".to_owned()));
    };
    let mut found = false;
    for record in reader.byte_records() {
        let input = match record {
            Err(error) => refuse(format!("{error}")),
            Ok(record) => {
                let path = |column| record.get(column).filter(|path| !path.is_empty()).and_then(path_from_bytes);
                match (path(pdf), path(invoice)) {
                    (Some(pdf), Some(invoice)) => Input::Pdf { pdf: pdf.to_owned(), invoice: Some(invoice.to_owned()) },
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

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::batch::Source;

    fn pairs(source: &Source) -> Vec<String> {
        let mut pairs = Vec::new();
        source.each(
            &mut |input| {
                pairs.push(match &input {
                    Input::Pdf { pdf, invoice } => {
                        let name = |path: &Path| {
                            let (place, file) =
                                (path.parent().unwrap().file_name().unwrap(), path.file_name().unwrap());
                            format!("{}/{}", place.to_string_lossy(), file.to_string_lossy())
                        };
                        format!("{} {}", name(pdf), invoice.as_deref().map_or_else(|| "-".to_owned(), name))
                    }
                    Input::Unusable(error) => {
                        format!("{} {}", error.code(), error.input().unwrap().rsplit('/').next().unwrap())
                    }
                    _ => panic!("{input:?}"),
                });
                true
            },
            &|| true,
        );
        pairs
    }

    fn files(names: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in names {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        }
        folder
    }

    #[test]
    fn folders_are_paired_by_name() {
        let folder = files(&[
            "p/a.pdf",
            "p/b.PDF",
            "p/c.pdf",
            "p/s/d.pdf",
            "x/a.xml",
            "x/b.xml",
            "x/s/d.xml",
            "x/t/d.xml",
            "x/e.xml",
        ]);
        let (pdfs, invoices) = (folder.path().join("p"), Some(folder.path().join("x")));
        let source = |pdfs: &Path| Source::Pdfs(Pdfs { pdfs: vec![pdfs.to_owned()], invoices: invoices.clone() });
        assert_eq!(
            pairs(&source(&pdfs)),
            [
                "p/a.pdf x/a.xml",
                "p/b.PDF x/b.xml",
                "pair_missing c.pdf",
                "s/d.pdf s/d.xml",
                "pair_missing d.xml",
                "pair_missing e.xml"
            ]
        );
        // A single PDF looks its invoice up; the others are not its business. Which `d.xml` is meant nobody knows.
        assert_eq!(pairs(&source(&pdfs.join("a.pdf"))), ["p/a.pdf x/a.xml"]);
        assert_eq!(pairs(&source(&pdfs.join("s/d.pdf"))), ["pair_ambiguous d.pdf"]);
        let embedded = Source::Pdfs(Pdfs { pdfs: vec![pdfs.join("a.pdf")], invoices: None });
        assert_eq!(pairs(&embedded), ["p/a.pdf -"]);
    }

    #[test]
    fn tables_come_from_spreadsheets() {
        let folder = files(&[]);
        let table = folder.path().join("pairs.csv");
        for (text, expected) in [
            ("pdf,invoice\nin/a.pdf,x/a.xml\n", vec!["in/a.pdf x/a.xml"]),
            (
                "\u{FEFF}Invoice;PDF;note\r\n\"x/a,1.xml\";in/a.pdf;\r\n;in/b.pdf;\r\n",
                vec!["in/a.pdf x/a,1.xml", "in/b.pdf -"],
            ),
            ("pdf,invoice\n,x/a.xml\n", vec!["pair_table_unreadable pairs.csv"]),
            ("pdf,invoice\na.pdf\n", vec!["pair_table_unreadable pairs.csv"]),
            ("a.pdf,a.xml\n", vec!["pair_table_unreadable pairs.csv"]),
            ("pdf,invoice\n", vec!["pair_table_unreadable pairs.csv"]),
        ] {
            fs::write(&table, text).unwrap();
            assert_eq!(pairs(&Source::PairTable(table.clone())), expected, "{text:?}");
        }
    }
}
