//! PDFs and the invoices they show: which belongs to which.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::input::Input;
use super::walk::Wanted;
use crate::error::{Error, Kind};
use crate::files::spelled_path;

const PDFS: Wanted = Wanted { extension: "pdf", archives: false };
const INVOICES: Wanted = Wanted { extension: "xml", archives: false };

/// PDFs, and where their invoices are.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pdfs {
    /// Files, folders (every `*.pdf` in them and below) and patterns.
    pub pdfs: Vec<PathBuf>,
    /// The invoice of the one PDF, or a folder in which each PDF's has its name; none if the PDFs hold their
    /// invoices as embedded files.
    pub invoices: Option<PathBuf>,
    /// Where the results of the run go: passed over if it lies below a folder that was given.
    pub results: Option<PathBuf>,
}

impl Pdfs {
    /// PDFs that hold their invoices as embedded files.
    pub fn new(pdfs: Vec<PathBuf>) -> Self {
        Self { pdfs, invoices: None, results: None }
    }

    /// With the invoice of the one PDF, or a folder of invoices with the PDFs' names.
    #[must_use]
    pub fn with_invoices(self, invoices: Option<PathBuf>) -> Self {
        Self { invoices, ..self }
    }

    /// Passes over this folder, into which the run writes.
    #[must_use]
    pub fn without_results_in(self, results: PathBuf) -> Self {
        Self { results: Some(results), ..self }
    }

    /// Calls `take` for each PDF with its invoice, then for each invoice of the folder that no PDF has the name of, if
    /// the PDFs are given as folders too: it would go out without codes.
    pub(super) fn each(&self, take: &mut dyn FnMut(Input) -> bool) -> bool {
        // All names first: which invoice is whose depends on all of them, and nothing that the run makes is met.
        let found = self.found();
        let mut invoices = match &self.invoices {
            None => Invoices::Embedded,
            Some(folder) if folder.is_dir() => Invoices::Folder(Folder::of(folder, &found)),
            Some(file) => Invoices::One(file.clone()),
        };
        for one in found {
            let input = match one {
                Found::Pdf { pdf, place } => invoices.pair(pdf, place.as_deref()),
                Found::Unusable(error) => Input::Unusable(error),
            };
            if !take(input) {
                return false;
            }
        }
        let Invoices::Folder(folder) = invoices else { return true };
        let is_asked = self.pdfs.iter().any(|path| path.is_dir());
        !is_asked || folder.into_left().all(|invoice| take(without_pdf(&invoice)))
    }

    fn found(&self) -> Vec<Found> {
        let mut found = Vec::new();
        for path in &self.pdfs {
            let passed_over = self
                .results
                .as_ref()
                .and_then(|except| Some((except.canonicalize().ok()?, path.canonicalize().ok()?)))
                .filter(|(except, given)| except != given && except.starts_with(given));
            PDFS.each_of_path(path, &mut |input| {
                match input {
                    Input::File(pdf) => {
                        let is_result = passed_over
                            .as_ref()
                            .is_some_and(|(except, _)| pdf.canonicalize().is_ok_and(|pdf| pdf.starts_with(except)));
                        if !is_result {
                            let place = pdf.strip_prefix(path).ok().filter(|_| path.is_dir()).and_then(Path::parent);
                            let place = place.map(Path::to_owned);
                            found.push(Found::Pdf { pdf, place });
                        }
                    }
                    Input::Unusable(error) => found.push(Found::Unusable(error)),
                    _ => {}
                }
                true
            });
        }
        found
    }
}

/// What is found where PDFs are looked for.
enum Found {
    Pdf {
        pdf: PathBuf,
        /// The folder it lies in, seen from the one that was given.
        place: Option<PathBuf>,
    },
    Unusable(Error),
}

enum Invoices {
    Embedded,
    One(PathBuf),
    Folder(Folder),
}

impl Invoices {
    fn pair(&mut self, pdf: PathBuf, place: Option<&Path>) -> Input {
        let invoice = match self {
            Self::Embedded => None,
            Self::One(file) => Some(file.clone()),
            Self::Folder(folder) => match folder.take(&pdf, place) {
                Ok(invoice) => Some(invoice),
                Err(error) => return Input::Unusable(error.about(spelled_path(&pdf))),
            },
        };
        Input::Pdf { pdf, invoice, ksef_number: None }
    }
}

/// The invoices of a folder, by their file stem.
struct Folder {
    path: PathBuf,
    invoices: BTreeMap<OsString, Vec<Invoice>>,
    /// How many PDFs have a stem.
    pdfs: BTreeMap<OsString, usize>,
}

struct Invoice {
    path: PathBuf,
    is_taken: bool,
}

impl Folder {
    fn of(path: &Path, found: &[Found]) -> Self {
        let mut invoices: BTreeMap<OsString, Vec<Invoice>> = BTreeMap::new();
        INVOICES.each_of_path(path, &mut |input| {
            if let Input::File(path) = input {
                invoices.entry(stem(&path)).or_default().push(Invoice { path, is_taken: false });
            }
            true
        });
        let mut pdfs = BTreeMap::new();
        for one in found {
            if let Found::Pdf { pdf, .. } = one {
                *pdfs.entry(stem(pdf)).or_default() += 1;
            }
        }
        Self { path: path.to_owned(), invoices, pdfs }
    }

    /// The invoice of a PDF: the one of its name in the same place, or the only one of its name if no other PDF has it
    /// either. Numbers begin anew each year, and the codes of one invoice must not get on the PDF of another.
    fn take(&mut self, pdf: &Path, place: Option<&Path>) -> Result<PathBuf, Error> {
        let stem = stem(pdf);
        let folder = spelled_path(&self.path);
        let refuse = |kind, message: String| Err(Error::new(kind, message));
        let Some(invoices) = self.invoices.get_mut(&stem) else {
            return refuse(Kind::PairMissing, format!("no invoice in {folder} has its name"));
        };
        let same_place = place.map(|place| self.path.join(place));
        let is_here = |one: &Invoice| same_place.is_some() && one.path.parent() == same_place.as_deref();
        let is_only = self.pdfs.get(&stem).is_none_or(|count| *count == 1);
        // With folders on both sides they mean something.
        let is_in_folder = place.is_some_and(|place| !place.as_os_str().is_empty());
        let is_elsewhere = |one: &Invoice| is_in_folder && one.path.parent() != Some(&self.path) && !is_here(one);
        let found = match invoices.as_mut_slice() {
            [only] if is_elsewhere(only) => {
                return refuse(
                    Kind::PairAmbiguous,
                    format!("the invoice of its name in {folder} lies in another folder"),
                );
            }
            [only] if is_only || is_here(only) => only,
            [_] => {
                return refuse(
                    Kind::PairAmbiguous,
                    format!("several PDFs have its name, and no invoice in {folder} lies in the same place"),
                );
            }
            several => match several.iter_mut().find(|one| is_here(one)) {
                Some(found) => found,
                None => return refuse(Kind::PairAmbiguous, format!("several invoices in {folder} have its name")),
            },
        };
        found.is_taken = true;
        Ok(found.path.clone())
    }

    fn into_left(self) -> impl Iterator<Item = PathBuf> {
        self.invoices.into_values().flatten().filter(|invoice| !invoice.is_taken).map(|invoice| invoice.path)
    }
}

fn stem(path: &Path) -> OsString {
    path.file_stem().unwrap_or_default().to_owned()
}

fn without_pdf(invoice: &Path) -> Input {
    let error = Error::new(Kind::PairMissing, "no PDF has its name, so it gets no codes");
    Input::Unusable(error.about(spelled_path(invoice)))
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
                    Input::Pdf { pdf, invoice, .. } => {
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
        let source =
            |pdfs: &Path| Source::Pdfs(Pdfs { pdfs: vec![pdfs.to_owned()], invoices: invoices.clone(), results: None });
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
        let results = Some(pdfs.join("s"));
        let source = Source::Pdfs(Pdfs { pdfs: vec![pdfs.clone()], invoices: invoices.clone(), results });
        assert!(!pairs(&source).contains(&"s/d.pdf s/d.xml".to_owned()), "what a run made is not stamped again");
        let embedded = Source::Pdfs(Pdfs { pdfs: vec![pdfs.join("a.pdf")], invoices: None, results: None });
        assert_eq!(pairs(&embedded), ["p/a.pdf -"]);
    }

    /// Numbers begin anew each year.
    #[test]
    fn an_invoice_of_another_folder_is_not_taken() {
        let folder = files(&[
            "p/2025/f1.pdf",
            "p/2026/f1.pdf",
            "p/2026/f2.pdf",
            "p/g.pdf",
            "x/2025/f1.xml",
            "x/2025/f2.xml",
            "x/2026/g.xml",
        ]);
        let pdfs = vec![folder.path().join("p")];
        let source = Source::Pdfs(Pdfs { pdfs, invoices: Some(folder.path().join("x")), results: None });
        assert_eq!(
            pairs(&source),
            [
                "2025/f1.pdf 2025/f1.xml",
                "pair_ambiguous f1.pdf",
                "pair_ambiguous f2.pdf",
                "p/g.pdf 2026/g.xml",
                "pair_missing f2.xml"
            ]
        );
    }
}
