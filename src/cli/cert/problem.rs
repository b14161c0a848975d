use std::path::Path;

use ksef_qr::Error;
use serde::Serialize;

/// What a program reads about a file that could not be read, as JSON.
pub fn problem(file: &Path, error: &anyhow::Error) -> String {
    #[derive(Serialize)]
    struct Problem<'a> {
        r#type: &'static str,
        file: String,
        code: &'static str,
        message: &'a str,
        hint: &'static str,
    }
    let (words, known) = (format!("{error:#}"), error.downcast_ref::<Error>());
    let problem = Problem {
        r#type: "error",
        file: file.to_string_lossy().into_owned(),
        code: known.map_or("input_unreadable", Error::code),
        message: known.map_or(&words, Error::message),
        hint: known.map_or("Check the path and the permissions.", Error::hint),
    };
    serde_json::to_string(&problem).unwrap_or_default()
}
