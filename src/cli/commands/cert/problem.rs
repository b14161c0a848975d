use std::path::Path;

use ksef_qr::Error;
use ksef_qr::error::ErrorKind;
use serde::Serialize;

use crate::cli::words::{failure, hints};

/// What a program reads about a file that could not be read, as JSON.
pub fn problem(file: &Path, error: &anyhow::Error) -> String {
    #[derive(Serialize)]
    struct Problem<'a> {
        r#type: &'static str,
        /// As in the errors of other commands.
        input: &'a str,
        file: &'a str,
        code: &'static str,
        message: &'a str,
        hint: &'static str,
    }
    let name = file.to_string_lossy();
    let (words, known) = (failure::words(error), error.downcast_ref::<Error>());
    // These lines have one code for all files that cannot be read, longer than there are two.
    let is_of_file = |error: &&Error| matches!(error.kind(), ErrorKind::FileMissing | ErrorKind::FileUnreadable);
    let known = known.filter(|error| !is_of_file(error));
    let problem = Problem {
        r#type: "error",
        input: &name,
        file: &name,
        code: known.map_or("input_unreadable", Error::code),
        message: known.map_or(&words, Error::message),
        hint: known.map_or("Check the path and the permissions.", hints::of),
    };
    serde_json::to_string(&problem).unwrap_or_default()
}
