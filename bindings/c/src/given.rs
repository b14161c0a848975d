//! What C gives: pointers to bytes and texts, checked as far as that is possible.

use std::ffi::{CStr, c_char};

use ksef_qr_bindings::{Error, File, Result};

/// Files that belong to one invoice. Whoever fills it keeps the bytes; they are read during the call and not afterwards.
#[allow(non_camel_case_types)]
#[repr(C)]
pub struct ksef_qr_file {
    /// What people call it, in UTF-8; NULL for no name. It stands in the answer.
    pub name: *const c_char,
    /// The invoice: the exact bytes of the file that is sent to KSeF. NULL if the PDF holds it.
    pub xml: *const u8,
    /// How many bytes.
    pub xml_length: usize,
    /// The PDF that shows it, for ksef_qr_stamp; else NULL.
    pub pdf: *const u8,
    /// How many bytes.
    pub pdf_length: usize,
}

fn refuse(message: impl Into<String>) -> Error {
    Error::of_code("setting_malformed", message)
}

/// No slice is longer, in Rust.
const LONGEST: usize = isize::MAX as usize;

/// As many bytes as are said; none for NULL.
///
/// # Safety
/// If it is not NULL, `length` bytes can be read from `pointer` for as long as `'a` lasts, and nobody writes to them.
pub(crate) unsafe fn bytes<'a>(what: &str, pointer: *const u8, length: usize) -> Result<Option<&'a [u8]>> {
    match (pointer.is_null(), length) {
        (true, 0) => Ok(None),
        (true, _) => Err(refuse(format!("{what} is NULL, and its length {length}"))),
        (false, LONGEST..) => Err(refuse(format!("{what} cannot be {length} bytes long"))),
        // SAFETY: not NULL, and not longer than a slice can be; u8 needs no alignment. The caller promises the rest.
        (false, _) => Ok(Some(unsafe { std::slice::from_raw_parts(pointer, length) })),
    }
}

/// A text that ends in NUL; none for NULL.
///
/// # Safety
/// If it is not NULL, a NUL ends what can be read from `pointer`, and nobody writes there for as long as `'a` lasts.
pub(crate) unsafe fn text<'a>(what: &str, pointer: *const c_char) -> Result<Option<&'a str>> {
    if pointer.is_null() {
        return Ok(None);
    }
    // SAFETY: not NULL; the caller promises the rest.
    let text = unsafe { CStr::from_ptr(pointer) };
    text.to_str().map(Some).map_err(|_| refuse(format!("{what} is not UTF-8")))
}

/// Options: no text is no options.
///
/// # Safety
/// As [`text`].
pub(crate) unsafe fn options<'a>(pointer: *const c_char) -> Result<&'a str> {
    // SAFETY: as the caller promises.
    Ok(unsafe { text("options", pointer) }?.unwrap_or_default())
}

/// Files, not copied: they are needed while the call lasts, and not afterwards.
///
/// # Safety
/// `count` files can be read from `files`, and of each what [`bytes`] and [`text`] ask.
pub(crate) unsafe fn files<'a>(files: *const ksef_qr_file, count: usize) -> Result<Vec<File<'a>>> {
    if count == 0 {
        return Ok(Vec::new());
    }
    if files.is_null() {
        return Err(refuse(format!("files is NULL, and count {count}")));
    }
    if !files.is_aligned() || count > LONGEST / size_of::<ksef_qr_file>() {
        return Err(refuse("files is no array of that many ksef_qr_file"));
    }
    // SAFETY: not NULL, aligned, and not longer than a slice can be. The caller promises the rest.
    let given = unsafe { std::slice::from_raw_parts(files, count) };
    let file = |file: &ksef_qr_file| {
        // SAFETY: as the caller promises, of each of its pointers.
        let (name, xml, pdf) = unsafe {
            (
                text("name", file.name)?,
                bytes("xml", file.xml, file.xml_length)?,
                bytes("pdf", file.pdf, file.pdf_length)?,
            )
        };
        Ok(File { name: name.unwrap_or_default().into(), xml: xml.map(Into::into), pdf: pdf.map(Into::into) })
    };
    given.iter().map(file).collect()
}
