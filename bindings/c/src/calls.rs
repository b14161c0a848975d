//! The calls: each turns what C gave into what `ksef-qr-bindings` takes.

use std::ffi::c_char;
use std::ptr;

use ksef_qr_bindings as core;
use ksef_qr_bindings::{Book, Error, File, Issuer, Result};

use crate::answer::ksef_qr_answer;
use crate::given::{self, ksef_qr_file};
use crate::handles::{book_of, issuer_of, ksef_qr_book, ksef_qr_issuer};

fn present<'a, T>(what: &str, given: Option<&'a T>) -> Result<&'a T> {
    given.ok_or_else(|| Error::of_code("setting_malformed", format!("{what} is NULL")))
}

/// # Safety
/// As `ksef_qr_sign`.
unsafe fn of_files(
    issuer: *const ksef_qr_issuer,
    book: *const ksef_qr_book,
    files: *const ksef_qr_file,
    count: usize,
    options: *const c_char,
    call: impl FnOnce(Option<&Issuer>, Option<&Book>, Vec<File<'_>>, &str) -> Result<core::Answer>,
) -> *mut ksef_qr_answer {
    ksef_qr_answer::of(|| {
        // SAFETY: as the caller promises.
        let (issuer, book, files, options) =
            unsafe { (issuer_of(issuer), book_of(book), given::files(files, count)?, given::options(options)?) };
        call(issuer, book, files, options)
    })
}

/// KOD I and KOD II of `count` offline invoices, over all processors. `book` may be NULL. A line for each (`sign --json`), in order; a
/// refused invoice is a line and a status. Pictures: "kod1.png", "kod2.png"; ".svg" and ".pdf" likewise.
///
/// Options: "formats" (a list of "png", "svg", "pdf"; an empty one for links alone), "ecc", "module_px", "dpi", "mode", "ended", "failures", "allow", "jobs", "now".
///
/// # Safety
/// `issuer` and `book` are NULL or not freed; `files` has `count` files; `options` is NULL or ends in NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ksef_qr_sign(
    issuer: *const ksef_qr_issuer,
    book: *const ksef_qr_book,
    files: *const ksef_qr_file,
    count: usize,
    options: *const c_char,
) -> *mut ksef_qr_answer {
    let sign = |issuer: Option<&Issuer>, book: Option<&Book>, files: Vec<File<'_>>, options: &str| {
        core::sign(present("issuer", issuer)?, book, files, options)
    };
    // SAFETY: as the caller promises.
    unsafe { of_files(issuer, book, files, count, options, sign) }
}

/// KOD I alone of `count` invoices (`link --json`). Options, too: "environment", "ksef_number" (of one invoice).
///
/// # Safety
/// As ksef_qr_sign.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ksef_qr_link(
    book: *const ksef_qr_book,
    files: *const ksef_qr_file,
    count: usize,
    options: *const c_char,
) -> *mut ksef_qr_answer {
    let link =
        |_: Option<&Issuer>, book: Option<&Book>, files: Vec<File<'_>>, options: &str| core::link(book, files, options);
    // SAFETY: as the caller promises; NULL is no issuer.
    unsafe { of_files(ptr::null(), book, files, count, options, link) }
}

/// The codes on `count` PDFs (`stamp --json`); the PDF is "document.pdf". `issuer` may be NULL if "ksef_number" is given: KOD I alone.
/// Options, too: "page", "corner", "x_mm", "y_mm", "size_mm", "arrange", "if_occupied", "pdf_mismatch", "repair", "pdf_password",
/// "environment", "ksef_number".
///
/// # Safety
/// As ksef_qr_sign.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ksef_qr_stamp(
    issuer: *const ksef_qr_issuer,
    book: *const ksef_qr_book,
    files: *const ksef_qr_file,
    count: usize,
    options: *const c_char,
) -> *mut ksef_qr_answer {
    // SAFETY: as the caller promises.
    unsafe { of_files(issuer, book, files, count, options, core::stamp) }
}

/// Confirmations of transactions for `count` invoices (`confirm --json`), each a "document.pdf". Options, too: "language", "paper".
///
/// # Safety
/// As ksef_qr_sign.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ksef_qr_confirm(
    issuer: *const ksef_qr_issuer,
    book: *const ksef_qr_book,
    files: *const ksef_qr_file,
    count: usize,
    options: *const c_char,
) -> *mut ksef_qr_answer {
    let confirm = |issuer: Option<&Issuer>, book: Option<&Book>, files: Vec<File<'_>>, options: &str| {
        core::confirm(present("issuer", issuer)?, book, files, options)
    };
    // SAFETY: as the caller promises.
    unsafe { of_files(issuer, book, files, count, options, confirm) }
}

/// Everything for which KSeF would refuse `count` files (`check --json`). Options: "environment", "mode", "ended", "failures", "jobs",
/// "now".
///
/// # Safety
/// As ksef_qr_sign.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ksef_qr_check(
    files: *const ksef_qr_file,
    count: usize,
    options: *const c_char,
) -> *mut ksef_qr_answer {
    let check = |_: Option<&Issuer>, _: Option<&Book>, files: Vec<File<'_>>, options: &str| core::check(files, options);
    // SAFETY: as the caller promises; NULL is no issuer and no book.
    unsafe { of_files(ptr::null(), ptr::null(), files, count, options, check) }
}

/// What is right and wrong about "links" (`verify --json`), by `count` invoices, the certificates of `issuer`, those in "certificates"
/// (PEM, or DER in Base64) and the book; all of them may be left out. Options: "links", "certificates", "now".
///
/// # Safety
/// As ksef_qr_sign.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ksef_qr_verify(
    issuer: *const ksef_qr_issuer,
    book: *const ksef_qr_book,
    files: *const ksef_qr_file,
    count: usize,
    options: *const c_char,
) -> *mut ksef_qr_answer {
    // SAFETY: as the caller promises.
    unsafe { of_files(issuer, book, files, count, options, core::verify) }
}

/// By when an invoice is to be sent to KSeF (`deadline --json`). Options: "issued", "mode", "ended", "failures".
///
/// # Safety
/// `options` is NULL or ends in NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ksef_qr_deadline(options: *const c_char) -> *mut ksef_qr_answer {
    // SAFETY: as the caller promises.
    ksef_qr_answer::of(|| core::deadline(unsafe { given::options(options) }?))
}

/// What a number of KSeF is (`number --json`). Options: "text", "now".
///
/// # Safety
/// `options` is NULL or ends in NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ksef_qr_number(options: *const c_char) -> *mut ksef_qr_answer {
    // SAFETY: as the caller promises.
    ksef_qr_answer::of(|| core::number(unsafe { given::options(options) }?))
}

/// Draws a link that was made before: "code.png", "code.svg", "code.pdf". Options: "link", "label", "formats", "ecc", "module_px", "dpi".
///
/// # Safety
/// `options` is NULL or ends in NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ksef_qr_draw(options: *const c_char) -> *mut ksef_qr_answer {
    // SAFETY: as the caller promises.
    ksef_qr_answer::of(|| core::draw(unsafe { given::options(options) }?))
}

/// The certificates of an issuer, by the day by which each is to be replaced (`cert expiring --json`). Options: "now".
///
/// # Safety
/// `issuer` is NULL or not freed; `options` is NULL or ends in NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ksef_qr_issuer_certificates(
    issuer: *const ksef_qr_issuer,
    options: *const c_char,
) -> *mut ksef_qr_answer {
    ksef_qr_answer::of(|| {
        // SAFETY: as the caller promises.
        let (issuer, options) = unsafe { (issuer_of(issuer), given::options(options)?) };
        present::<Issuer>("issuer", issuer)?.certificates(options)
    })
}

/// # Safety
/// As the functions that call it.
unsafe fn of_book(
    book: *const ksef_qr_book,
    options: *const c_char,
    call: impl FnOnce(&Book, &str) -> Result<core::Answer>,
) -> *mut ksef_qr_answer {
    ksef_qr_answer::of(|| {
        // SAFETY: as the caller promises.
        let (book, options) = unsafe { (book_of(book), given::options(options)?) };
        call(present("book", book)?, options)
    })
}

/// The invoices of a book (`book list --json`; with "events" as `book export`). Options: "seller", "number", "state", "open",
/// "issued_from", "issued_to", "events".
///
/// # Safety
/// `book` is NULL or not freed; `options` is NULL or ends in NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ksef_qr_book_entries(
    book: *const ksef_qr_book,
    options: *const c_char,
) -> *mut ksef_qr_answer {
    // SAFETY: as the caller promises.
    unsafe { of_book(book, options, Book::entries) }
}

/// What KSeF must still get, and by when (`book due --json`). Options: those of ksef_qr_book_entries but "open" and "events"; "now".
///
/// # Safety
/// `book` is NULL or not freed; `options` is NULL or ends in NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ksef_qr_book_due(book: *const ksef_qr_book, options: *const c_char) -> *mut ksef_qr_answer {
    // SAFETY: as the caller promises.
    unsafe { of_book(book, options, Book::due) }
}

/// Enters what KSeF said, a UPO or its answer in JSON (`book import --json`). Options: "name", "now".
///
/// # Safety
/// `book` is NULL or not freed; `bytes` has `length` bytes; `options` is NULL or ends in NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ksef_qr_book_import(
    book: *const ksef_qr_book,
    bytes: *const u8,
    length: usize,
    options: *const c_char,
) -> *mut ksef_qr_answer {
    let import = |book: &Book, options: &str| {
        // SAFETY: as the caller promises.
        let bytes = unsafe { given::bytes("bytes", bytes, length) }?;
        book.import(bytes.unwrap_or_default(), options)
    };
    // SAFETY: as the caller promises.
    unsafe { of_book(book, options, import) }
}
