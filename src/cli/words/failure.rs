//! What ended a command before its work: which code it has, and how it is shown, to people and to programs.

use std::borrow::Cow;
use std::ffi::OsString;
use std::io;
use std::path::Path;

use ksef_qr::Error;
use ksef_qr::error::ErrorKind;
use serde::Serialize;

use crate::cli::words::hints;
use crate::cli::words::likely_secret::silenced;
use crate::cli::words::say::{tell, translated};
use crate::cli::words::text::{BAD, DIM, printable};

/// On standard error, with what to do.
pub fn show(error: &anyhow::Error) {
    tell!("{BAD}error{BAD:#}: {}", printable(&silenced(&in_language(error))));
    let hint = match error.downcast_ref::<Error>() {
        Some(error) => hints::of(error),
        None => hints::of_kind(kind(error)),
    };
    // What is wrong with the options the message says, and what to do as well.
    if kind(error) != ErrorKind::Usage {
        tell!("  {DIM}{} [{}]{DIM:#}", translated(hint), kind(error).code());
    }
}

/// What a program reads where a command failed. A contract: fields are added, never changed or removed.
#[derive(Serialize)]
pub struct ErrorLine {
    r#type: &'static str,
    code: &'static str,
    message: String,
    hint: &'static str,
    /// What it is about; left out where it is about no file.
    #[serde(skip_serializing_if = "Option::is_none")]
    input: Option<String>,
}

impl ErrorLine {
    /// Of a failure that is known by its parts.
    pub fn new(code: &'static str, message: &str, hint: &'static str, input: Option<&str>) -> Self {
        let input = input.filter(|input| !input.is_empty()).map(|input| silenced(input).into_owned());
        Self { r#type: "error", code, message: silenced(message).into_owned(), hint, input }
    }

    /// Of something that was refused, `input` if the refusal does not say itself what it is about.
    pub fn of_refusal(error: &Error, input: &str) -> Self {
        Self::new(error.code(), error.message(), hints::of(error), error.input().or(Some(input)))
    }

    /// Of what ended a command.
    pub fn of(error: &anyhow::Error) -> Self {
        let words = words(error);
        match error.downcast_ref::<Error>() {
            // What stands around it says what came of it, and names the file.
            Some(known) if words != known.to_string() => {
                Self::new(known.code(), &words, hints::of(known), known.input())
            }
            Some(known) => Self::of_refusal(known, ""),
            None => {
                let kind = kind(error);
                Self::new(kind.code(), &words, hints::of_kind(kind), None)
            }
        }
    }

    /// Of arguments that could not be taken, by what was said of them. What the library refused of them has its code.
    pub fn of_usage(said: &str, cause: Option<&Error>) -> Self {
        // The usage and the way to the help follow after an empty line.
        let what = said.split("\n\n").next().unwrap_or_default();
        let what = what.strip_prefix("error: ").unwrap_or(what).split_whitespace().collect::<Vec<_>>().join(" ");
        let words = Error::new(ErrorKind::Usage, what);
        let cause = cause.unwrap_or(&words);
        Self::new(cause.code(), words.message(), hints::of(cause), None)
    }

    /// The line, without its newline.
    pub fn to_json(&self) -> String {
        // Nothing in this structure can fail to serialise.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// True if the arguments ask for lines of JSON on standard output: known before they are understood, because what is wrong
/// with them is to be said in JSON, too.
pub fn is_for_programs(args: impl Iterator<Item = OsString>) -> bool {
    let mut args = args.take_while(|arg| arg != "--").peekable();
    while let Some(arg) = args.next() {
        let is_manifest = arg == "--manifest" && args.peek().is_some_and(|next| next == "-");
        if arg == "--json" || arg == "--manifest=-" || is_manifest {
            return true;
        }
    }
    false
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

/// The same in the language of the user; each part is a text of its own.
fn in_language(error: &anyhow::Error) -> String {
    let mut words = Vec::new();
    for cause in error.chain() {
        match cause.downcast_ref::<Error>() {
            Some(error) => {
                words.extend(error.input().map(|input| place(input).into_owned()));
                words.push(translated(error.message()).into_owned());
                break;
            }
            None => words.push(translated(&cause.to_string()).into_owned()),
        }
    }
    words.join(": ")
}

/// What an error is about: a file's name as it is; what is called otherwise than by its name (standard output) in words.
fn place(input: &str) -> Cow<'_, str> {
    match input.contains(' ') && !Path::new(input).exists() {
        true => translated(input),
        false => Cow::Borrowed(input),
    }
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
    fn who_asks_for_json_is_known_before_the_arguments_are() {
        let asks = |args: &str| is_for_programs(args.split(' ').map(OsString::from));
        for args in ["sign a --json", "sign --json --what", "link a --manifest -", "link a --manifest=-"] {
            assert!(asks(args), "{args}");
        }
        for args in ["sign a", "sign a -- --json", "link --manifest m.ndjson -", "link a --jsonl"] {
            assert!(!asks(args), "{args}");
        }
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
