//! PDFs and the invoices they show: which belongs to which.

use std::collections::{BTreeMap, HashMap};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use super::archive::{self, ArchiveFormat};
use super::input::{Input, InvoiceFile};
use super::walk::Wanted;
use crate::error::{Error, Kind, Result};
use crate::files::spelled_path;

const PDFS: Wanted = Wanted { extension: "pdf", archives: false };
const INVOICES: Wanted = Wanted { extension: "xml", archives: false };

/// PDFs, and where their invoices are.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pdfs {
    /// Files, folders (every `*.pdf` in them and below) and patterns. XML files among them are invoices of the PDFs of their
    /// names, unless `invoices` says where those are.
    pub pdfs: Vec<PathBuf>,
    /// The invoice of the one PDF, or a folder or an archive in which each PDF's has its name. If none, it is the XML of the
    /// PDF's name beside it, and if there is none either the one that the PDF holds as an embedded file.
    pub invoices: Option<PathBuf>,
    /// Where the results of the run go: passed over if it lies below a folder that was given.
    pub results: Option<PathBuf>,
}

impl Pdfs {
    /// PDFs whose invoices are beside them or in them.
    pub fn new(pdfs: Vec<PathBuf>) -> Self {
        Self { pdfs, invoices: None, results: None }
    }

    /// With the invoice of the one PDF, or a folder or an archive of invoices with the PDFs' names.
    #[must_use]
    pub fn with_invoices(self, invoices: Option<PathBuf>) -> Self {
        Self { invoices, ..self }
    }

    /// Passes over this folder, into which the run writes.
    #[must_use]
    pub fn without_results_in(self, results: PathBuf) -> Self {
        Self { results: Some(results), ..self }
    }

    /// True if this is the name of an invoice's file, and not of a folder or an archive of them.
    pub fn is_one_invoice(invoices: &Path) -> bool {
        invoices.is_file() && ArchiveFormat::of(invoices).is_none()
    }

    /// True for what is an invoice by its name, where PDFs are given.
    pub fn is_invoice(given: &Path) -> bool {
        given.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("xml"))
    }

    /// Calls `take` for each PDF with its invoice, then for each invoice that was given, itself or in a folder or an archive
    /// of invoices, and that no PDF has the name of: it would go out without codes. Of a folder that is so only if the PDFs
    /// are given as folders too.
    pub(super) fn each(&self, take: &mut dyn FnMut(Input) -> bool) -> bool {
        // All names first: which invoice is whose depends on all of them, and nothing that the run makes is met.
        let (found, given) = self.found();
        let named = match &self.invoices {
            None => Ok(Invoices::Own(Invoices::given(given, &found))),
            Some(folder) if folder.is_dir() => Ok(Invoices::Several(Several::of_folder(folder, &found))),
            Some(archive) if ArchiveFormat::of(archive).is_some() => {
                Several::of_archive(archive, &found).map(Invoices::Several)
            }
            Some(file) => Ok(Invoices::One(file.clone())),
        };
        let mut invoices = match named {
            Ok(invoices) => invoices,
            Err(error) => return take(Input::Unusable(error)),
        };
        let are_none = found.is_empty();
        for one in found {
            let input = match one {
                Found::Pdf { pdf, place } => invoices.pair(pdf, place.as_deref()),
                Found::Unusable(error) => Input::Unusable(error),
            };
            if !take(input) {
                return false;
            }
        }
        let (left, is_asked) = match invoices {
            Invoices::One(_) => return true,
            Invoices::Own(given) => (given, true),
            Invoices::Several(several) => (several, self.pdfs.iter().any(|path| path.is_dir())),
        };
        !is_asked || left.into_left().all(|invoice| take(without_pdf(&invoice, are_none)))
    }

    /// What is to be stamped, and the invoices among it.
    fn found(&self) -> (Vec<Found>, Vec<PathBuf>) {
        let (mut found, mut invoices) = (Vec::new(), Vec::new());
        for path in &self.pdfs {
            let passed_over = self
                .results
                .as_ref()
                .and_then(|except| Some((except.canonicalize().ok()?, path.canonicalize().ok()?)))
                .filter(|(except, given)| except != given && except.starts_with(given));
            PDFS.each_of_path(path, &mut |input| {
                match input {
                    Input::File(invoice) if self.invoices.is_none() && Self::is_invoice(&invoice) => {
                        invoices.push(invoice);
                    }
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
        (found, invoices)
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
    /// Each beside its PDF, or in it; and those that were given along with the PDFs.
    Own(Several),
    One(PathBuf),
    Several(Several),
}

impl Invoices {
    /// Those that were given along with the PDFs.
    fn given(invoices: Vec<PathBuf>, found: &[Found]) -> Several {
        let mut given = Several::new("what was given", found);
        for path in invoices {
            let place = path.parent().unwrap_or(Path::new("")).to_owned();
            given.add(stem(&path), InvoiceFile::Beside(path), place);
        }
        given
    }

    fn pair(&mut self, pdf: PathBuf, place: Option<&Path>) -> Input {
        let invoice = match self {
            Self::Own(given) if given.knows(&pdf) => {
                let place = pdf.parent().filter(|place| given.has_in(place, &pdf));
                given.take(&pdf, place).map(Some)
            }
            Self::Own(_) => beside(&pdf),
            Self::One(file) => Ok(Some(InvoiceFile::File(file.clone()))),
            Self::Several(several) => several.take(&pdf, place).map(Some),
        };
        match invoice {
            Ok(invoice) => Input::Pdf { pdf, invoice, ksef_number: None },
            Err(error) => Input::Unusable(error.about(spelled_path(&pdf))),
        }
    }
}

/// The XML of a PDF's name in its folder, if there is one.
fn beside(pdf: &Path) -> Result<Option<InvoiceFile>> {
    let mut found: Option<PathBuf> = None;
    for ending in ["xml", "XML", "Xml"] {
        let path = pdf.with_extension(ending);
        if !fs::metadata(&path).is_ok_and(|metadata| metadata.is_file()) {
            continue;
        }
        match &found {
            // Some file systems take the three for one name.
            Some(one) if same_file::is_same_file(one, &path).unwrap_or(false) => {}
            Some(one) => {
                let names = [one, &path].map(|path| path.file_name().unwrap_or_default().to_string_lossy());
                let message = format!("{} and {} lie beside it", names[0], names[1]);
                return Err(Error::new(Kind::PairAmbiguous, message));
            }
            None => found = Some(path),
        }
    }
    Ok(found.map(InvoiceFile::Beside))
}

/// Invoices by their file stem.
struct Several {
    /// What to call the place where they are.
    name: String,
    invoices: BTreeMap<OsString, Namesakes>,
    /// How many PDFs have a stem.
    pdfs: BTreeMap<OsString, usize>,
}

/// Invoices of one stem.
#[derive(Default)]
struct Namesakes {
    invoices: Vec<Invoice>,
    /// The first that lies in a folder: each PDF asks for the one in its own.
    by_place: HashMap<PathBuf, usize>,
}

impl Namesakes {
    fn add(&mut self, file: InvoiceFile, place: PathBuf) {
        self.by_place.entry(place.clone()).or_insert(self.invoices.len());
        self.invoices.push(Invoice { file, place, is_taken: false });
    }

    fn in_place(&mut self, place: &Path) -> Option<&mut Invoice> {
        self.invoices.get_mut(*self.by_place.get(place)?)
    }
}

struct Invoice {
    file: InvoiceFile,
    /// The folder it lies in: seen from the folder or archive that was given, or as it was given itself.
    place: PathBuf,
    is_taken: bool,
}

impl Several {
    fn new(name: impl Into<String>, found: &[Found]) -> Self {
        let mut pdfs = BTreeMap::new();
        for one in found {
            if let Found::Pdf { pdf, .. } = one {
                *pdfs.entry(stem(pdf)).or_default() += 1;
            }
        }
        Self { name: name.into(), invoices: BTreeMap::new(), pdfs }
    }

    fn of_folder(folder: &Path, found: &[Found]) -> Self {
        let mut several = Self::new(spelled_path(folder), found);
        INVOICES.each_of_path(folder, &mut |input| {
            if let Input::File(path) = input {
                let place = path.strip_prefix(folder).ok().and_then(Path::parent).unwrap_or(Path::new("")).to_owned();
                several.add(stem(&path), InvoiceFile::File(path), place);
            }
            true
        });
        several
    }

    fn of_archive(path: &Path, found: &[Found]) -> Result<Self> {
        let mut several = Self::new(spelled_path(path), found);
        let entries = archive::entries(path, INVOICES.extension).map_err(|error| error.about(spelled_path(path)))?;
        for entry in entries {
            let name = PathBuf::from(entry.name());
            let place = name.parent().unwrap_or(Path::new("")).to_owned();
            several.add(stem(&name), InvoiceFile::Entry(entry), place);
        }
        Ok(several)
    }

    fn add(&mut self, stem: OsString, file: InvoiceFile, place: PathBuf) {
        self.invoices.entry(stem).or_default().add(file, place);
    }

    fn knows(&self, pdf: &Path) -> bool {
        self.invoices.contains_key(&stem(pdf))
    }

    /// True if one of the PDF's name lies in this place.
    fn has_in(&self, place: &Path, pdf: &Path) -> bool {
        self.invoices.get(&stem(pdf)).is_some_and(|namesakes| namesakes.by_place.contains_key(place))
    }

    /// The invoice of a PDF: the one of its name in the same place, or the only one of its name if no other PDF has it
    /// either. Numbers begin anew each year, and the codes of one invoice must not get on the PDF of another.
    fn take(&mut self, pdf: &Path, place: Option<&Path>) -> Result<InvoiceFile> {
        let stem = stem(pdf);
        let folder = &self.name;
        let refuse = |kind, message: String| Err(Error::new(kind, message));
        let Some(namesakes) = self.invoices.get_mut(&stem) else {
            return refuse(Kind::PairMissing, format!("no invoice in {folder} has its name"));
        };
        let is_here = |one: &Invoice| place == Some(&one.place);
        let is_only = self.pdfs.get(&stem).is_none_or(|count| *count == 1);
        // With folders on both sides they mean something.
        let is_in_folder = place.is_some_and(|place| !place.as_os_str().is_empty());
        let is_elsewhere = |one: &Invoice| is_in_folder && !one.place.as_os_str().is_empty() && !is_here(one);
        let found = match namesakes.invoices.as_mut_slice() {
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
            _ => match place.and_then(|place| namesakes.in_place(place)) {
                Some(found) => found,
                None => return refuse(Kind::PairAmbiguous, format!("several invoices in {folder} have its name")),
            },
        };
        found.is_taken = true;
        Ok(found.file.clone())
    }

    fn into_left(self) -> impl Iterator<Item = InvoiceFile> {
        self.invoices
            .into_values()
            .flat_map(|namesakes| namesakes.invoices)
            .filter(|invoice| !invoice.is_taken)
            .map(|invoice| invoice.file)
    }
}

fn stem(path: &Path) -> OsString {
    path.file_stem().unwrap_or_default().to_owned()
}

fn without_pdf(invoice: &InvoiceFile, are_no_pdfs: bool) -> Input {
    let error = match are_no_pdfs {
        true => Error::new(Kind::InputNotPdf, "it is an invoice by its name, and its PDF is to be stamped"),
        false => Error::new(Kind::PairMissing, "no PDF has its name, so it gets no codes"),
    };
    Input::Unusable(error.about(invoice.name()))
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
                        let invoice = invoice.as_ref().map(InvoiceFile::name);
                        format!(
                            "{} {}",
                            name(pdf),
                            invoice.map_or_else(|| "-".to_owned(), |file| name(Path::new(&file)))
                        )
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

    /// As many offices name their files: each folder is looked up, and not gone through.
    #[test]
    fn one_name_in_many_folders() {
        let found: Vec<Found> = (0..20_000)
            .map(|number| PathBuf::from(format!("p/{number}")))
            .map(|place| Found::Pdf { pdf: place.join("f.pdf"), place: Some(place) })
            .collect();
        let mut several = Several::new("x", &found);
        for number in 0..20_000 {
            let place = PathBuf::from(format!("p/{number}"));
            several.add("f".into(), InvoiceFile::File(place.join("f.xml")), place);
        }
        for number in (0..20_000).filter(|number| number % 2 == 0) {
            let place = PathBuf::from(format!("p/{number}"));
            let invoice = several.take(&place.join("f.pdf"), Some(&place)).unwrap();
            assert_eq!(invoice.path(), place.join("f.xml"));
        }
        assert_eq!(several.into_left().count(), 10_000);
    }
}
