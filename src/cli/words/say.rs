//! Words on standard output and standard error, coloured on a terminal. What cannot be written (a full disk, a reader
//! that went away) is lost and nothing else: the work is done by then, and `println!` would panic.

use std::io::{self, Write as _};

use anyhow::Context as _;

use crate::cli::exit::ExitStatus;

/// A line on standard output.
macro_rules! say {
    ($($text:tt)*) => {{
        use std::io::Write as _;
        _ = writeln!(anstream::stdout(), $($text)*);
    }};
}

/// A line on standard error.
macro_rules! tell {
    ($($text:tt)*) => {{
        use std::io::Write as _;
        _ = writeln!(anstream::stderr(), $($text)*);
    }};
}

pub(crate) use {say, tell};

/// Writes to standard output, coloured on a terminal; a reader that went away is no error.
pub fn print(bytes: &[u8]) -> anyhow::Result<ExitStatus> {
    match anstream::stdout().write_all(bytes) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(error).context("standard output cannot be written")
        }
        _ => Ok(ExitStatus::Done),
    }
}
