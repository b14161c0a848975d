//! Words on standard output and standard error, coloured on a terminal. `println!` would panic where it cannot write (a full
//! disk, a reader that went away). Where words tell of work that is done, they are lost and nothing else; where they are all
//! there is, [`said`] notices.

use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt;
use std::io::{self, Write as _};
use std::sync::Mutex;

use ksef_qr::Error;
use ksef_qr::error::ErrorKind;

use crate::cli::exit::ExitStatus;
use crate::cli::words::catalog::polish;
use crate::cli::words::language::{Language, language};

/// A line on standard output, in the language of the user. What has no words of ours in it stays as it is.
macro_rules! say {
    () => {
        $crate::cli::words::say::line("", format_args!(""))
    };
    ($text:literal $($values:tt)*) => {
        $crate::cli::words::say::line($text, format_args!($text $($values)*))
    };
}

/// A line on standard error, in the language of the user.
macro_rules! tell {
    ($text:literal $($values:tt)*) => {{
        use std::io::Write as _;
        _ = writeln!(anstream::stderr(), "{}", $crate::cli::words::say::in_language($text, format_args!($text $($values)*)));
    }};
}

/// A text in the language of the user, as `format!` makes it.
macro_rules! words {
    ($text:literal $($values:tt)*) => {
        $crate::cli::words::say::in_language($text, format_args!($text $($values)*)).into_owned()
    };
}

pub(crate) use {say, tell, words};

/// Why a line was lost, the first time.
static LOST: Mutex<Option<io::Error>> = Mutex::new(None);

/// A text of ours in the language of the user, by the literal in the code that it was made of.
pub fn in_language(template: &'static str, words: fmt::Arguments<'_>) -> Cow<'static, str> {
    let english = words.as_str().map_or_else(|| Cow::Owned(words.to_string()), Cow::Borrowed);
    match language() {
        Language::English => english,
        Language::Polish => polish().filled(template, &english).map_or(english, Cow::Owned),
    }
}

/// A text that is finished, the library's for instance, in the language of the user.
pub fn translated(english: &str) -> Cow<'_, str> {
    match language() {
        Language::English => Cow::Borrowed(english),
        Language::Polish => polish().said(english).map_or(Cow::Borrowed(english), Cow::Owned),
    }
}

/// See [`say`].
pub fn line(template: &'static str, words: fmt::Arguments<'_>) {
    let is_held = HELD.with_borrow_mut(|held| {
        let held = held.as_mut();
        held.map(|held| writeln!(held, "{}", in_language(template, words))).is_some()
    });
    if !is_held {
        noted(writeln!(anstream::stdout(), "{}", in_language(template, words)));
    }
}

thread_local! {
    /// What is said by this thread and not written yet, within [`together`].
    static HELD: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

/// What is said meanwhile is written at once when all of it is said: many lines cost as much as one.
pub fn together<T>(say: impl FnOnce() -> T) -> T {
    let outer = HELD.replace(Some(Vec::new()));
    let result = say();
    let held = HELD.replace(outer).unwrap_or_default();
    noted(anstream::stdout().write_all(&held));
    result
}

fn noted(written: io::Result<()>) {
    if let Err(error) = written
        && let Ok(mut lost) = LOST.lock()
    {
        lost.get_or_insert(error);
    }
}

/// For commands whose words are all there is: no status is good if some of them could not be written. A reader that went
/// away has read enough.
pub fn said(status: ExitStatus) -> anyhow::Result<ExitStatus> {
    let lost = LOST.lock().ok().and_then(|mut lost| lost.take());
    match lost.filter(|error| error.kind() != io::ErrorKind::BrokenPipe) {
        Some(error) => Err(unwritable(error)),
        None => Ok(status),
    }
}

/// Results that cannot be put on standard output.
pub fn unwritable(error: io::Error) -> anyhow::Error {
    let refused = Error::new(ErrorKind::OutputUnwritable, format!("standard output cannot be written: {error}"));
    refused.with_hint("Is whatever reads it still there, and is the disk full?").caused_by(error).into()
}

/// Writes to standard output, coloured on a terminal; a reader that went away is no error.
pub fn print(bytes: &[u8]) -> anyhow::Result<ExitStatus> {
    match anstream::stdout().write_all(bytes).and_then(|()| io::stdout().flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(unwritable(error)),
        _ => Ok(ExitStatus::Done),
    }
}
