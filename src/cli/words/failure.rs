//! What ended a command before its work: which code it has, and how it is shown.

use std::io;

use ksef_qr::Error;
use ksef_qr::error::ErrorKind;

use crate::cli::words::hints;
use crate::cli::words::say::tell;
use crate::cli::words::text::{BAD, DIM, printable};

/// On standard error, with what to do.
pub fn show(error: &anyhow::Error) {
    tell!("{BAD}error{BAD:#}: {}", printable(&words(error)));
    let hint = match error.downcast_ref::<Error>() {
        Some(error) => hints::of(error),
        None => hints::of_kind(kind(error)),
    };
    // What is wrong with the options the message says, and what to do as well.
    if kind(error) != ErrorKind::Usage {
        tell!("  {DIM}{hint} [{}]{DIM:#}", kind(error).code());
    }
}

/// What happened, with what led to it; an error of the library says that itself.
pub fn words(error: &anyhow::Error) -> String {
    let mut words = Vec::new();
    for cause in error.chain() {
        words.push(cause.to_string());
        if cause.is::<Error>() {
            break;
        }
    }
    words.join(": ")
}

/// Every failure has a code. What neither the library refused nor a file caused is a matter of the options.
pub fn kind(error: &anyhow::Error) -> ErrorKind {
    if let Some(error) = error.downcast_ref::<Error>() {
        return error.kind();
    }
    match error.chain().find_map(|cause| cause.downcast_ref::<io::Error>()).map(io::Error::kind) {
        Some(io::ErrorKind::NotFound) => ErrorKind::FileMissing,
        Some(_) => ErrorKind::FileUnreadable,
        None => ErrorKind::Usage,
    }
}

/// Results that cannot be put on standard output.
pub fn unwritable(error: io::Error) -> anyhow::Error {
    let refused = Error::new(ErrorKind::OutputUnwritable, format!("standard output cannot be written: {error}"));
    refused.with_hint("Is whatever reads it still there, and is the disk full?").caused_by(error).into()
}

#[cfg(test)]
mod tests {
    use anyhow::{Context as _, anyhow};

    use super::*;

    #[test]
    fn every_failure_has_a_code() {
        let of_io = |kind| anyhow::Error::from(io::Error::from(kind)).context("firm.key: it cannot be read");
        assert_eq!(kind(&of_io(io::ErrorKind::NotFound)), ErrorKind::FileMissing);
        assert_eq!(kind(&of_io(io::ErrorKind::PermissionDenied)), ErrorKind::FileUnreadable);
        assert_eq!(kind(&anyhow!("--context is for codes that are signed now")), ErrorKind::Usage);
        let refused = Err::<(), _>(Error::new(ErrorKind::KeyMismatch, "the key is of another certificate"));
        assert_eq!(kind(&refused.context("firm.key").unwrap_err()), ErrorKind::KeyMismatch);
    }

    #[test]
    fn a_cause_is_said_once() {
        let cause = io::Error::from(io::ErrorKind::PermissionDenied);
        let refused = Error::new(ErrorKind::InputUnreadable, format!("it cannot be read: {cause}")).caused_by(cause);
        let expected = "the key is made, the request is not: it cannot be read: permission denied";
        assert_eq!(words(&anyhow::Error::from(refused).context("the key is made, the request is not")), expected);
        let of_io =
            anyhow::Error::from(io::Error::from(io::ErrorKind::NotFound)).context("firm.key: it cannot be read");
        assert_eq!(words(&of_io), "firm.key: it cannot be read: entity not found");
    }
}
