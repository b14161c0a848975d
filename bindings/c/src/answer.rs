//! What C gets: an answer, which it reads and frees.

use std::ffi::{CString, c_char};
use std::ptr;

use ksef_qr_bindings::{Answer, Result, Status, guarded};

use crate::given;

/// What came of a call: a status, lines of JSON, and the pictures and documents that the lines name. Every call gives one, and it is
/// freed with ksef_qr_answer_free. Nothing changes it: any number of threads may read it at once.
#[allow(non_camel_case_types)]
pub struct ksef_qr_answer {
    status: Status,
    json: CString,
    answer: Answer,
}

/// All was done, and is right.
pub const KSEF_QR_DONE: i32 = 0;
/// Something was refused or is wrong: its line says why.
pub const KSEF_QR_SOME_REFUSED: i32 = 1;
/// Nothing could be done: the one line is an error, with its "code", "message" and "hint".
pub const KSEF_QR_NOTHING: i32 = 2;

impl ksef_qr_answer {
    /// What came of the work, whatever came of it.
    pub(crate) fn of(work: impl FnOnce() -> Result<Answer>) -> *mut Self {
        let made = guarded(|| {
            let answer = work()?;
            Ok((answer.status(), lines(answer.json()), answer))
        });
        let (status, json, answer) = made.unwrap_or_else(|error| {
            let line = Answer::error_line(&error) + "\n";
            (Status::Nothing, lines(line), Answer::default())
        });
        Box::into_raw(Box::new(Self { status, json, answer }))
    }
}

/// JSON writes the character NUL as `\u0000`, so that there is none in it.
fn lines(json: String) -> CString {
    CString::new(json).unwrap_or_default()
}

/// What came of all of it: KSEF_QR_DONE, KSEF_QR_SOME_REFUSED or KSEF_QR_NOTHING. Of NULL it is KSEF_QR_NOTHING.
///
/// # Safety
/// `answer` is NULL or an answer that is not freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ksef_qr_answer_status(answer: *const ksef_qr_answer) -> i32 {
    // SAFETY: NULL, or made by `Box::into_raw` in `of` and not freed, as the caller promises.
    unsafe { answer.as_ref() }.map_or(Status::Nothing, |answer| answer.status) as i32
}

/// The lines of JSON, in UTF-8, each with a newline at its end, and a NUL behind the last one. They are there until the answer is freed.
/// `length` may be NULL; else the number of bytes goes there, without the NUL. Of NULL it is "".
///
/// # Safety
/// `answer` is NULL or an answer that is not freed; a size_t can be written to `length`, if it is not NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ksef_qr_answer_json(answer: *const ksef_qr_answer, length: *mut usize) -> *const c_char {
    // SAFETY: as in `ksef_qr_answer_status`.
    let json = unsafe { answer.as_ref() }.map_or(c"", |answer| &answer.json);
    // SAFETY: as the caller promises.
    unsafe { put(length, json.count_bytes()) };
    json.as_ptr()
}

/// A picture or a document: that of the line number `line`, from 0, by the name that stands in the line ("kod1.png", "kod2.svg",
/// "document.pdf"). It is there until the answer is freed. NULL if there is no such; then 0 goes to `length`.
///
/// # Safety
/// `answer` is NULL or an answer that is not freed; `name` is NULL or ends in NUL; a size_t can be written to `length`, if it is not
/// NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ksef_qr_answer_buffer(
    answer: *const ksef_qr_answer,
    line: usize,
    name: *const c_char,
    length: *mut usize,
) -> *const u8 {
    // SAFETY: as in `ksef_qr_answer_status`, and as the caller promises.
    let (answer, name) = unsafe { (answer.as_ref(), given::text("name", name)) };
    let item = answer.and_then(|answer| answer.answer.items.get(line));
    let buffer = item.zip(name.ok().flatten()).and_then(|(item, name)| item.buffer(name));
    // SAFETY: as the caller promises.
    unsafe { put(length, buffer.map_or(0, <[u8]>::len)) };
    buffer.map_or(ptr::null(), <[u8]>::as_ptr)
}

/// Frees an answer, and all that it gave. NULL is let pass.
///
/// # Safety
/// `answer` is NULL or an answer that is not freed, and nobody reads it any more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ksef_qr_answer_free(answer: *mut ksef_qr_answer) {
    if !answer.is_null() {
        // SAFETY: made by `Box::into_raw` in `of`, and freed once, as the caller promises.
        let freed = unsafe { Box::from_raw(answer) };
        crate::dropped(freed);
    }
}

/// # Safety
/// A value can be written to `place`, if it is not NULL.
unsafe fn put(place: *mut usize, value: usize) {
    if !place.is_null() {
        // SAFETY: as the caller promises; written as C code may have laid it.
        unsafe { place.write_unaligned(value) };
    }
}
