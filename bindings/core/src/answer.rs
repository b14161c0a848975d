use ksef_qr::{Error, Label};
use serde_json::json;

/// What came of a call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// One for each file, link or entry, in the order in which they were given.
    pub items: Vec<Item>,
}

/// What came of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Item {
    /// A line of JSON, without its newline.
    pub line: String,
    /// True if it was refused, or failed.
    pub failed: bool,
    /// KOD I and KOD II, if it has them, for whoever does not want to read them out of the line.
    pub codes: Vec<Code>,
    /// Pictures and documents, by the names that the line gives them.
    pub buffers: Vec<(&'static str, Vec<u8>)>,
}

/// A code of an invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// Its link.
    pub url: String,
    /// What stands under it.
    pub label: Label,
}

/// What came of all of it, as the exit statuses of the command say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// All was done, and is right.
    Done = 0,
    /// Something was refused or is wrong; its line says why.
    SomeRefused = 1,
    /// Nothing could be done; the one line is an error.
    Nothing = 2,
}

impl Item {
    pub(crate) fn new(line: String, failed: bool) -> Self {
        Self { line, failed, ..Self::default() }
    }

    /// The picture or document of that name.
    pub fn buffer(&self, name: &str) -> Option<&[u8]> {
        self.buffers.iter().find(|(known, _)| *known == name).map(|(_, bytes)| &**bytes)
    }
}

impl Answer {
    /// One line.
    pub(crate) fn one(line: String, failed: bool) -> Self {
        Self { items: vec![Item::new(line, failed)] }
    }

    /// Why nothing could be done, as a line of JSON without its newline: `docs/schema/error.json`.
    pub fn error_line(error: &Error) -> String {
        let mut line = json!({
            "type": "error",
            "code": error.code(),
            "message": error.message(),
            "hint": error.hint(),
        });
        if let (Some(input), Some(line)) = (error.input(), line.as_object_mut()) {
            line.insert("input".to_owned(), input.into());
        }
        line.to_string()
    }

    /// What came of all of it.
    pub fn status(&self) -> Status {
        if self.items.iter().any(|item| item.failed) { Status::SomeRefused } else { Status::Done }
    }

    /// All lines, each with its newline.
    pub fn json(&self) -> String {
        let mut text = String::with_capacity(self.items.iter().map(|item| item.line.len() + 1).sum());
        for item in &self.items {
            text.push_str(&item.line);
            text.push('\n');
        }
        text
    }
}
