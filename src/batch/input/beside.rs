//! What lies beside an invoice and says its KSeF number: the `_metadata.json` of the package that KSeF exported it in, and the
//! name of its file.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::archive::{ArchiveEntry, entries};
use super::bytes::read_file;
use super::input::{Input, InvoiceFile};
use crate::error::{Error, Kind, Result};
use crate::files::spelled_path;
use crate::link::Kod1;
use crate::upo::Upo;
use crate::values::KsefNumber;

/// What KSeF calls it (`pobieranie-faktur.md`).
const METADATA: &str = "_metadata.json";

/// In bytes. A package holds 10 000 invoices at most, of which the metadata are not 20 MB.
const LARGEST: u64 = 50_000_000;

/// How many folders and archives are remembered: invoices come folder by folder.
const MOST_REMEMBERED: usize = 16;

/// The metadata that lie beside the invoices of a run, each read once.
#[derive(Debug, Default)]
pub(crate) struct Beside {
    packages: Mutex<HashMap<PathBuf, Option<Arc<Package>>>>,
    /// The metadata in the archive that was looked into last: it is read as a whole for them.
    last_archive: Mutex<Option<(PathBuf, Vec<ArchiveEntry>)>>,
}

/// A `_metadata.json`.
#[derive(Debug)]
pub(crate) struct Package {
    /// The file, as it can be named to the user.
    pub(crate) name: String,
    /// What it says.
    pub(crate) upo: Result<Upo>,
}

impl Beside {
    /// The metadata beside an invoice, if there are any.
    pub(crate) fn package(&self, input: &Input) -> Option<Arc<Package>> {
        let entry = entry_of(input);
        let folder = match entry {
            Some(entry) => entry.archive_path().join(Path::new(entry.name()).parent().unwrap_or(Path::new(""))),
            None => invoice_path(input)?.parent()?.to_owned(),
        };
        let mut packages = self.packages.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = packages.get(&folder) {
            return known.clone();
        }
        if packages.len() >= MOST_REMEMBERED {
            packages.clear();
        }
        let found = match entry {
            Some(entry) => self.in_archive(entry.archive_path(), Path::new(entry.name())),
            None => in_folder(&folder),
        };
        let package = found.map(|(name, bytes)| {
            let upo = bytes.map_err(|error| match error.kind() {
                // Its words are about invoices.
                Kind::TooLarge => Error::new(Kind::TooLarge, format!("it has more than {LARGEST} bytes")),
                _ => error,
            });
            let upo = upo.and_then(|bytes| Upo::parse(&bytes)).map_err(|error| error.about(name.clone()));
            Arc::new(Package { name, upo })
        });
        packages.insert(folder, package.clone());
        package
    }

    fn in_archive(&self, archive: &Path, invoice: &Path) -> Option<Found> {
        let mut last = self.last_archive.lock().unwrap_or_else(PoisonError::into_inner);
        if last.as_ref().is_none_or(|(known, _)| known != archive) {
            // What is wrong with the archive was said when its invoices were listed.
            let mut found = entries(archive, "json").unwrap_or_default();
            found.retain(|entry| Path::new(entry.name()).file_name() == Some(METADATA.as_ref()));
            *last = Some((archive.to_owned(), found));
        }
        let wanted = invoice.with_file_name(METADATA);
        let (_, found) = last.as_ref()?;
        let entry = found.iter().find(|entry| Path::new(entry.name()) == wanted)?;
        Some((entry.full_name(), entry.bytes(LARGEST)))
    }
}

/// The entry of an archive that the invoice is.
fn entry_of(input: &Input) -> Option<&ArchiveEntry> {
    match input {
        Input::Entry(entry) | Input::Pdf { invoice: Some(InvoiceFile::Entry(entry)), .. } => Some(entry),
        _ => None,
    }
}

/// The KSeF number that the invoice's file is named by, if it can be the number of the invoice that this link leads to: KSeF
/// names so what it exports.
pub(crate) fn number_in_name(input: &Input, kod1: &Kod1) -> Option<KsefNumber> {
    let stem = match input {
        Input::Entry(entry) => Path::new(entry.name()).file_stem()?.to_str()?,
        // A PDF may be named so, and its invoice by another program.
        Input::Pdf { pdf, invoice, .. } => {
            let of = |path: &Path| path.file_stem()?.to_str().and_then(|stem| fitting(stem, kod1));
            return invoice.as_ref().and_then(|invoice| of(invoice.path())).or_else(|| of(pdf));
        }
        _ => invoice_path(input)?.file_stem()?.to_str()?,
    };
    fitting(stem, kod1)
}

fn fitting(stem: &str, kod1: &Kod1) -> Option<KsefNumber> {
    // Browsers call what was fetched twice `NUMBER (1)`.
    let is_copy = |number: &str| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let copy = stem.strip_suffix(')').and_then(|stem| stem.rsplit_once(" ("));
    let stem = copy.filter(|(_, number)| is_copy(number)).map_or(stem, |(stem, _)| stem);
    let number = KsefNumber::parse(stem).ok()?;
    (number.seller() == kod1.seller && number.is_of_or_after(kod1.issue_date)).then_some(number)
}

fn invoice_path(input: &Input) -> Option<&Path> {
    match input {
        Input::File(path) => Some(path),
        Input::Pdf { invoice: Some(invoice), .. } => Some(invoice.path()),
        // The invoice is in the PDF.
        Input::Pdf { pdf, invoice: None, .. } => Some(pdf),
        Input::Entry(_) | Input::Stdin | Input::Held(_) | Input::Unusable(_) => None,
    }
}

type Found = (String, Result<Vec<u8>>);

fn in_folder(folder: &Path) -> Option<Found> {
    let path = folder.join(METADATA);
    if !path.is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    let read = read_file(&path, &mut bytes, LARGEST).map(|()| bytes);
    Some((spelled_path(&path), read))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invoice::Invoice;
    use crate::values::Environment;

    const CASES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/cases");
    const NUMBER: &str = "5265877635-20261126-0100001AF629-CD";

    fn kod1() -> Kod1 {
        let invoice = Invoice::read(include_bytes!("../../../fixtures/cases/base.xml")).unwrap();
        Kod1::of(&invoice, Environment::Test)
    }

    #[test]
    fn the_package_of_a_folder_and_of_an_archive() {
        let beside = Beside::default();
        let file = Input::File(Path::new(CASES).join("base.xml"));
        let package = beside.package(&file).unwrap();
        assert_eq!(package.upo.as_ref().unwrap().number(&kod1().hash).unwrap().as_str(), NUMBER);
        assert!(Arc::ptr_eq(&package, &beside.package(&file).unwrap()), "it is read once");
        let entry = entries(&Path::new(CASES).join("exp.zip"), "xml").unwrap().remove(0);
        let package = beside.package(&Input::Entry(entry)).unwrap();
        assert!(package.name.ends_with("exp.zip!_metadata.json"), "{}", package.name);
        assert_eq!(package.upo.as_ref().unwrap().numbers().count(), 0);
        assert!(beside.package(&Input::Stdin).is_none());
        assert!(beside.package(&Input::File(Path::new(CASES).join("pdf/x.xml"))).is_none());
    }

    #[test]
    fn names_that_are_numbers_of_this_invoice() {
        let pdf = |pdf: &str, invoice: Option<&str>| Input::Pdf {
            pdf: pdf.into(),
            invoice: invoice.map(|path| InvoiceFile::File(path.into())),
            ksef_number: None,
        };
        for (input, is_found) in [
            (Input::File(format!("in/{NUMBER}.xml").into()), true),
            (Input::File("in/f1.xml".into()), false),
            (Input::File(format!("in/{NUMBER} (1).xml").into()), true),
            (Input::File(format!("in/{NUMBER} (kopia).xml").into()), false),
            (Input::File(format!("in/korekta {NUMBER}.xml").into()), false),
            // Of another seller, of the day before the invoice, with a wrong check digit.
            (Input::File("6511153259-20261126-0100001AF629-CD.xml".into()), false),
            (Input::File("5265877635-20250826-0100001AF629-AF.xml".into()), false),
            (Input::File("5265877635-20261126-0100001AF629-CE.xml".into()), false),
            (pdf(&format!("{NUMBER}.pdf"), None), true),
            (pdf(&format!("{NUMBER}.pdf"), Some("f1.xml")), true),
            (pdf("f1.pdf", Some(&format!("{NUMBER}.xml"))), true),
            (Input::Stdin, false),
        ] {
            assert_eq!(number_in_name(&input, &kod1()).is_some(), is_found, "{input:?}");
        }
    }
}
