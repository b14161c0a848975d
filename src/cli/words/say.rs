//! Words on standard output and standard error, coloured on a terminal. `println!` would panic where it cannot write (a full
//! disk, a reader that went away). Where words tell of work that is done, they are lost and nothing else; where they are all
//! there is, [`said`] notices.

use std::fmt;
use std::io::{self, Write as _};
use std::sync::Mutex;

use ksef_qr::Error;
use ksef_qr::error::ErrorKind;

use crate::cli::exit::ExitStatus;

/// A line on standard output.
macro_rules! say {
    () => {
        $crate::cli::words::say::line(format_args!(""))
    };
    ($($text:tt)*) => {
        $crate::cli::words::say::line(format_args!($($text)*))
    };
}

/// A line on standard error.
macro_rules! tell {
    ($($text:tt)*) => {{
        use std::io::Write as _;
        _ = writeln!(anstream::stderr(), $($text)*);
    }};
}

pub(crate) use {say, tell};

/// Why a line was lost, the first time.
static LOST: Mutex<Option<io::Error>> = Mutex::new(None);

/// See [`say`].
pub fn line(words: fmt::Arguments<'_>) {
    if let Err(error) = writeln!(anstream::stdout(), "{words}")
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
