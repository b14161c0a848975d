//! What is opened once, used often, and freed: issuers and books.

use std::ffi::c_char;
use std::ptr;

use ksef_qr_bindings::{Answer, Book, Error, Issuer, Result};

use crate::answer::ksef_qr_answer;
use crate::given;

/// Who signs: a certificate with its key, or a register of many. The key is wiped when it is freed. Any number of threads may use it at
/// once.
#[allow(non_camel_case_types)]
pub struct ksef_qr_issuer(Issuer);

/// The book of invoices. Any number of threads may use it at once.
#[allow(non_camel_case_types)]
pub struct ksef_qr_book(Book);

/// Opens, and gives the handle to `place`; an answer without lines, or why there is no handle, which is NULL then.
///
/// # Safety
/// `place` is NULL, or a pointer can be written there.
unsafe fn open<T>(place: *mut *mut T, open: impl FnOnce() -> Result<T>) -> *mut ksef_qr_answer {
    ksef_qr_answer::of(|| {
        if place.is_null() {
            return Err(Error::of_code("setting_malformed", "the place for the handle is NULL"));
        }
        // SAFETY: not NULL, as the caller promises.
        unsafe { place.write(ptr::null_mut()) };
        let handle = Box::into_raw(Box::new(open()?));
        // SAFETY: as above.
        unsafe { place.write(handle) };
        Ok(Answer::default())
    })
}

/// Opens an issuer by the paths in the options: "cert" and "key", or "p12" (and "p12_entry"), or "register". `password` is that of the
/// key or the PKCS#12 file; NULL if it has none or "password_file" is given.
///
/// Options, too: "environment" ("prod", "demo", "test"), "context", "on_behalf", "signature_encoding" ("p1363", "der"), "deterministic",
/// "allow", "now".
///
/// # Safety
/// `options` is NULL or ends in NUL; `password` is NULL or has `password_length` bytes; a pointer can be written to `issuer`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ksef_qr_issuer_from_files(
    options: *const c_char,
    password: *const u8,
    password_length: usize,
    issuer: *mut *mut ksef_qr_issuer,
) -> *mut ksef_qr_answer {
    let opened = || {
        // SAFETY: as the caller promises.
        let (options, password) =
            unsafe { (given::options(options)?, given::bytes("password", password, password_length)?) };
        Issuer::from_files(options, password).map(ksef_qr_issuer)
    };
    // SAFETY: as the caller promises.
    unsafe { open(issuer, opened) }
}

/// The same from memory: a certificate and its key (PEM or DER); or `key` is NULL, and `cert` a PKCS#12 file.
///
/// # Safety
/// As ksef_qr_issuer_from_files; `cert` has `cert_length` bytes; `key` is NULL or has `key_length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ksef_qr_issuer_from_bytes(
    cert: *const u8,
    cert_length: usize,
    key: *const u8,
    key_length: usize,
    password: *const u8,
    password_length: usize,
    options: *const c_char,
    issuer: *mut *mut ksef_qr_issuer,
) -> *mut ksef_qr_answer {
    let opened = || {
        // SAFETY: as the caller promises.
        let (options, cert, key, password) = unsafe {
            (
                given::options(options)?,
                given::bytes("cert", cert, cert_length)?.unwrap_or_default(),
                given::bytes("key", key, key_length)?,
                given::bytes("password", password, password_length)?,
            )
        };
        Issuer::from_bytes(cert, key, password, options).map(ksef_qr_issuer)
    };
    // SAFETY: as the caller promises.
    unsafe { open(issuer, opened) }
}

/// Frees an issuer. NULL is let pass.
///
/// # Safety
/// `issuer` is NULL or an issuer that is not freed, and no call uses it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ksef_qr_issuer_free(issuer: *mut ksef_qr_issuer) {
    if !issuer.is_null() {
        // SAFETY: made by `Box::into_raw` in `open`, and freed once, as the caller promises.
        let freed = unsafe { Box::from_raw(issuer) };
        crate::dropped(freed);
    }
}

/// Opens the book at an address, the path of a file or the URL of a PostgreSQL server. Options: "environment"; "create" for a new one;
/// "now".
///
/// # Safety
/// `address` and `options` are NULL or end in NUL; a pointer can be written to `book`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ksef_qr_book_open(
    address: *const c_char,
    options: *const c_char,
    book: *mut *mut ksef_qr_book,
) -> *mut ksef_qr_answer {
    let opened = || {
        // SAFETY: as the caller promises.
        let (address, options) = unsafe { (given::text("address", address)?, given::options(options)?) };
        Book::open(address.unwrap_or_default(), options).map(ksef_qr_book)
    };
    // SAFETY: as the caller promises.
    unsafe { open(book, opened) }
}

/// Frees a book. NULL is let pass.
///
/// # Safety
/// `book` is NULL or a book that is not freed, and no call uses it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ksef_qr_book_free(book: *mut ksef_qr_book) {
    if !book.is_null() {
        // SAFETY: made by `Box::into_raw` in `open`, and freed once, as the caller promises.
        let freed = unsafe { Box::from_raw(book) };
        crate::dropped(freed);
    }
}

/// # Safety
/// `issuer` is NULL or an issuer that is not freed while `'a` lasts.
pub(crate) unsafe fn issuer_of<'a>(issuer: *const ksef_qr_issuer) -> Option<&'a Issuer> {
    // SAFETY: made by `Box::into_raw`, and as the caller promises.
    unsafe { issuer.as_ref() }.map(|issuer| &issuer.0)
}

/// # Safety
/// `book` is NULL or a book that is not freed while `'a` lasts.
pub(crate) unsafe fn book_of<'a>(book: *const ksef_qr_book) -> Option<&'a Book> {
    // SAFETY: made by `Box::into_raw`, and as the caller promises.
    unsafe { book.as_ref() }.map(|book| &book.0)
}
