//! What lies beside an invoice and says its KSeF number: the `_metadata.json` of the package that KSeF exported it in, and the
//! name of its file.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::result;
use std::sync::{Arc, Mutex, PoisonError};

use super::archive::{ArchiveEntry, entries};
use super::bytes::read_file;
use super::input::{Input, InvoiceFile};
use crate::error::{Error, Kind, Result};
use crate::files::spelled_path;
use crate::link::Kod1;
use crate::upo::Upo;
use crate::values::{KsefNumber, NumberForm, WrittenNumber};

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
    last_archive: Mutex<Option<(PathBuf, HashMap<PathBuf, ArchiveEntry>)>>,
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
            let found = entries(archive, "json").unwrap_or_default().into_iter();
            // The first of a path counts, however else it is written.
            let found = found.rev().map(|entry| (PathBuf::from(entry.name()), entry));
            let metadata = found.filter(|(path, _)| path.file_name() == Some(METADATA.as_ref())).collect();
            *last = Some((archive.to_owned(), metadata));
        }
        let (_, found) = last.as_ref()?;
        let entry = found.get(&invoice.with_file_name(METADATA))?;
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

/// The KSeF number in the name of the invoice's file, if it can be the number of the invoice that this link leads to: KSeF
/// names so what it exports, and people and programs add words of their own. `kind` is the invoice's.
///
/// # Errors
/// Why a number that is there is not taken, in words that go on from "the name of the file has".
pub(crate) fn number_in_name(
    input: &Input,
    kod1: &Kod1,
    kind: Option<&str>,
) -> result::Result<Option<KsefNumber>, String> {
    let of = |path: &Path| {
        path.file_stem().and_then(|stem| stem.to_str()).map_or(Ok(None), |stem| in_stem(stem, kod1, kind))
    };
    match input {
        Input::Entry(entry) => of(Path::new(entry.name())),
        // A PDF may be named so, and its invoice by another program.
        Input::Pdf { pdf, invoice: Some(invoice), .. } => match (of(invoice.path()), of(pdf)) {
            (found @ Ok(Some(_)), _) | (Ok(None), found) | (_, found @ Ok(Some(_))) => found,
            (unfit, _) => unfit,
        },
        _ => invoice_path(input).map_or(Ok(None), of),
    }
}

fn in_stem(stem: &str, kod1: &Kod1, kind: Option<&str>) -> result::Result<Option<KsefNumber>, String> {
    let (mut fitting, mut unfit) = (Vec::new(), None);
    for text in written_in(stem) {
        match fitting_number(&text, kod1) {
            Ok(number) if fitting.contains(&number) => {}
            Ok(number) => fitting.push(number),
            Err(why) => unfit = unfit.or(Some(why)),
        }
    }
    match &fitting[..] {
        [] => unfit.map_or(Ok(None), Err),
        // A correction is often called `korekta NUMBER`, by the number of the invoice that it corrects.
        [number] if kind.is_some_and(|kind| kind.starts_with("KOR")) && !is_all_of(stem, number) => {
            Err(format!("the KSeF number {number}, which may be that of the invoice that this one corrects"))
        }
        [number] => Ok(Some(number.clone())),
        [one, other, ..] => Err(format!("two KSeF numbers that can be this invoice's, {one} and {other}")),
    }
}

/// The numbers in a name, whatever stands around them, in capitals. A reference number is left out: a file may be named by it
/// from the day it was sent, and it says nothing of the KSeF number.
fn written_in(stem: &str) -> impl Iterator<Item = String> {
    /// With the hyphen more of KSeF 1.0, and without.
    const LENGTHS: [usize; 2] = [35, 36];
    let is_free = |neighbour: Option<char>| neighbour.is_none_or(|neighbour| !neighbour.is_alphanumeric());
    let starts = stem.char_indices().filter(move |&(start, _)| is_free(stem[..start].chars().next_back()));
    starts.flat_map(move |(start, _)| {
        LENGTHS.into_iter().filter_map(move |length| {
            let text = stem.get(start..start + length)?.to_ascii_uppercase();
            let is_number = WrittenNumber::of(&text).is_some_and(|written| written.form() != NumberForm::Reference);
            (is_number && is_free(stem[start + length..].chars().next())).then_some(text)
        })
    })
}

fn fitting_number(text: &str, kod1: &Kod1) -> result::Result<KsefNumber, String> {
    // Its words begin with the number.
    let number = KsefNumber::parse(text).map_err(|error| format!("a number that is not taken: {}", error.message()))?;
    if number.seller() != kod1.seller {
        return Err(format!(
            "the KSeF number {number}, which is of another seller than the invoice's, {}",
            kod1.seller
        ));
    }
    if !number.is_of_or_after(kod1.issue_date) {
        return Err(format!("the KSeF number {number}, given before the invoice's issue date, {}", kod1.issue_date));
    }
    Ok(number)
}

fn is_all_of(stem: &str, number: &KsefNumber) -> bool {
    // Browsers call what was fetched twice `NUMBER (1)`.
    let is_copy = |count: &str| !count.is_empty() && count.bytes().all(|byte| byte.is_ascii_digit());
    let copy = stem.strip_suffix(')').and_then(|stem| stem.rsplit_once(" ("));
    let stem = copy.filter(|(_, count)| is_copy(count)).map_or(stem, |(stem, _)| stem);
    stem.eq_ignore_ascii_case(number.as_str())
}

fn invoice_path(input: &Input) -> Option<&Path> {
    match input {
        Input::File(path) => Some(path),
        Input::Pdf { invoice: Some(invoice), .. } => Some(invoice.path()),
        // The invoice is in the PDF.
        Input::Pdf { pdf, invoice: None, .. } => Some(pdf),
        Input::Entry(_) | Input::Stdin | Input::Held(_) | Input::Memory { .. } | Input::Unusable(_) => None,
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
    use crate::batch::input::archive::{BLOCK, headers};
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

    /// The metadata of a package in each folder are found by its name, and not among all.
    #[test]
    fn each_folder_of_an_archive_has_its_own() {
        const FOLDERS: usize = 2_000;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("packages.tar");
        let mut tar = Vec::new();
        for number in 0..FOLDERS {
            for name in ["f.xml", METADATA] {
                tar.extend(headers(&format!("{number}/{name}"), 2));
                tar.extend(b"[]");
                tar.resize(tar.len().next_multiple_of(BLOCK), 0);
            }
        }
        tar.resize(tar.len() + 2 * BLOCK, 0);
        std::fs::write(&path, tar).unwrap();
        let beside = Beside::default();
        let invoices = entries(&path, "xml").unwrap();
        assert_eq!(invoices.len(), FOLDERS);
        for invoice in invoices {
            let own = invoice.full_name().replace("f.xml", METADATA);
            assert_eq!(beside.package(&Input::Entry(invoice)).unwrap().name, own);
        }
    }

    #[test]
    fn names_that_are_numbers_of_this_invoice() {
        let pdf = |pdf: &str, invoice: Option<&str>| Input::Pdf {
            pdf: pdf.into(),
            invoice: invoice.map(|path| InvoiceFile::File(path.into())),
            ksef_number: None,
        };
        let named = |stem: &str| Input::File(format!("in/{stem}.xml").into());
        for (input, is_found) in [
            (named(NUMBER), true),
            (named("f1"), false),
            (named(&format!("{NUMBER} (1)")), true),
            (named(&format!("{NUMBER} (kopia)")), true),
            (named(&format!("korekta {NUMBER}")), true),
            (named(&format!("FA_{NUMBER}")), true),
            (named(&format!("{NUMBER}_visual")), true),
            (named(&format!("{NUMBER}-1")), true),
            (named(&format!("żółta faktura_{NUMBER} (1)")), true),
            (named(&NUMBER.to_lowercase()), true),
            (named(&format!("{NUMBER}_{}", NUMBER.to_lowercase())), true),
            // Part of a longer word.
            (named(&format!("FA{NUMBER}")), false),
            (named(&format!("{NUMBER}0")), false),
            (named(&format!("{NUMBER}ż")), false),
            (named(&NUMBER[1..]), false),
            (named("20250625-EE-319D7EE000-B67F415CDC-2C"), false),
            (pdf(&format!("{NUMBER}.pdf"), None), true),
            (pdf(&format!("{NUMBER}.pdf"), Some("f1.xml")), true),
            (pdf("f1.pdf", Some(&format!("{NUMBER}.xml"))), true),
            (pdf(&format!("{NUMBER}.pdf"), Some("6511153259-20261126-0100001AF629-2D.xml")), true),
            (Input::Stdin, false),
        ] {
            let found = number_in_name(&input, &kod1(), Some("VAT"));
            let expected = is_found.then(|| KsefNumber::parse(NUMBER).unwrap());
            assert_eq!(found, Ok(expected), "{input:?}");
        }
    }

    #[test]
    fn names_with_numbers_that_are_not_taken() {
        let second = "5265877635-20261127-0100001AF629-";
        let second =
            (0..=255).map(|sum| format!("{second}{sum:02X}")).find(|text| KsefNumber::parse(text).is_ok()).unwrap();
        for (stem, kind, why) in [
            ("6511153259-20251015-010020140418-0D", "VAT", "of another seller"),
            ("FA 5265877635-20250826-0100001AF629-AF", "VAT", "before the invoice's issue date"),
            ("5265877635-20261126-0100001AF629-CE", "VAT", "check"),
            ("5265877635-IZ202607-65ED02180000-E7", "VAT", "collective"),
            (&format!("{NUMBER} {second}"), "VAT", "two KSeF numbers"),
            (&format!("korekta {NUMBER}"), "KOR", "corrects"),
        ] {
            let found = number_in_name(&Input::File(format!("{stem}.xml").into()), &kod1(), Some(kind));
            assert!(found.as_ref().is_err_and(|found| found.contains(why)), "{stem}: {found:?}");
        }
        for stem in [NUMBER, &format!("{NUMBER} (1)"), &format!("{NUMBER}_5265877635-20250826-0100001AF629-AF (2)")] {
            let found = number_in_name(&Input::File(format!("{stem}.xml").into()), &kod1(), Some("KOR_ZAL"));
            assert_eq!(found.is_ok(), stem.len() < 50, "{stem}: {found:?}");
        }
        let found = in_stem(&format!("{NUMBER}_5265877635-20250826-0100001AF629-AF"), &kod1(), Some("VAT"));
        assert_eq!(found.unwrap().unwrap().as_str(), NUMBER);
    }
}
