//! Which invoice is meant: by its file, its digest, a link, its KSeF number or its own number.

use std::path::Path;

use ksef_qr::Error;
use ksef_qr::KsefNumber;
use ksef_qr::book::{Book, Entry, Filter};
use ksef_qr::error::ErrorKind;
use ksef_qr::link::Link;
use ksef_qr::values::InvoiceHash;
use walkdir::WalkDir;

use crate::cli::read::read;

/// In bytes: no invoice is larger.
const LARGEST: u64 = 100_000_000;

/// The entries that a text means, each with what named it: of a folder one for each `*.xml`. Several files may have one
/// number.
///
/// # Errors
/// Those of a file that cannot be read, and of the book.
pub fn meant(book: &Book, text: &str) -> anyhow::Result<Vec<(String, ksef_qr::Result<Entry>)>> {
    let path = Path::new(text);
    if path.is_dir() {
        let mut found = Vec::new();
        for file in WalkDir::new(path).sort_by_file_name() {
            let file = file.map_err(std::io::Error::from)?;
            let is_xml = file.path().extension().is_some_and(|extension| extension.eq_ignore_ascii_case("xml"));
            if is_xml && file.file_type().is_file() {
                found.push(of_file(book, file.path())?);
            }
        }
        return Ok(found);
    }
    let is_path = path.exists() || path.extension().is_some_and(|end| end.eq_ignore_ascii_case("xml"));
    if is_path {
        return Ok(vec![of_file(book, path)?]);
    }
    let entries = match hash(text) {
        Some(hash) => book.find(&hash)?.into_iter().collect(),
        None => match KsefNumber::parse(text) {
            Ok(number) => book.of_ksef_number(&number)?,
            Err(_) => of_number(book, text)?,
        },
    };
    if entries.is_empty() {
        let message = "the book has no invoice of this name, digest or number";
        let missing = Error::new(ErrorKind::BookLacksInvoice, message).about(text);
        return Ok(vec![(text.to_owned(), Err(missing))]);
    }
    Ok(entries.into_iter().map(|entry| (text.to_owned(), Ok(entry))).collect())
}

fn of_file(book: &Book, path: &Path) -> anyhow::Result<(String, ksef_qr::Result<Entry>)> {
    let mut bytes = Vec::new();
    read(path, LARGEST, &mut bytes)?;
    let hash = InvoiceHash::of(&bytes);
    let name = path.to_string_lossy().into_owned();
    let found = book.find(&hash)?.ok_or_else(|| {
        let message = format!("the book has no file with its digest, {}", hash.base64());
        Error::new(ErrorKind::BookLacksInvoice, message).about(name.clone())
    });
    Ok((name, found))
}

fn hash(text: &str) -> Option<InvoiceHash> {
    match Link::parse(text) {
        Ok(Link::Kod1(link)) => Some(link.hash),
        Ok(Link::Kod2(link)) => Some(link.unsigned.hash),
        Err(_) => InvoiceHash::from_base64(text).or_else(|_| InvoiceHash::from_base64url(text)).ok(),
    }
}

fn of_number(book: &Book, number: &str) -> ksef_qr::Result<Vec<Entry>> {
    let mut filter = Filter::default();
    filter.number = Some(number.to_owned());
    let mut found = Vec::new();
    book.each(&filter, &mut |entry| {
        found.push(entry);
        Ok(true)
    })?;
    Ok(found)
}
