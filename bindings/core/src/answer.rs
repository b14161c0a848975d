use std::sync::OnceLock;

use ksef_qr::manifest::{CodeRecord, Done, InvoiceOutcome, Record};
use ksef_qr::{Error, Label};
use serde_json::json;

/// What came of a call.
#[derive(Debug, Default, PartialEq)]
pub struct Answer {
    /// One for each file, link or entry, in the order in which they were given.
    pub items: Vec<Item>,
}

/// What came of one file.
#[derive(Debug)]
pub struct Item {
    said: Said,
    /// True if it was refused, or failed.
    pub failed: bool,
    /// Pictures and documents, by the names that the line gives them.
    pub buffers: Vec<(&'static str, Vec<u8>)>,
}

/// What is said of a file.
#[derive(Debug)]
enum Said {
    /// The line, and the codes that it has.
    Line(String, Vec<Code>),
    /// An invoice, and its line once somebody asks for it: it takes a twentieth of the time, and not everybody does.
    Invoice(Box<Record>, OnceLock<String>),
}

/// A code of an invoice: its link, and what stands under it.
type Code = (String, Label);

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
        Self { said: Said::Line(line, Vec::new()), failed, buffers: Vec::new() }
    }

    /// With pictures and documents beside the line.
    pub(crate) fn with_buffers(self, buffers: Vec<(&'static str, Vec<u8>)>) -> Self {
        Self { buffers, ..self }
    }

    /// Of an invoice, whose pictures are in the buffers.
    pub(crate) fn of_invoice(record: Record) -> Self {
        let failed = matches!(record.outcome, InvoiceOutcome::Refused(_));
        Self { said: Said::Invoice(Box::new(record), OnceLock::new()), failed, buffers: Vec::new() }
    }

    /// With its line made, and all else of the invoice dropped: by the thread that made its codes.
    pub(crate) fn settled(self) -> Self {
        match self.said {
            Said::Invoice(record, _) => {
                let line = line_of(&record);
                let codes = match record.outcome {
                    InvoiceOutcome::Done(Done { kod1, kod2, .. }) => [Some(kod1), kod2.map(|kod2| kod2.code)],
                    InvoiceOutcome::Kept(_) | InvoiceOutcome::Refused(_) => [None, None],
                };
                let codes = codes.into_iter().flatten().map(|CodeRecord { url, label, .. }| (url, label));
                Self { said: Said::Line(line, codes.collect()), ..self }
            }
            said @ Said::Line(..) => Self { said, ..self },
        }
    }

    /// A line of JSON, without its newline.
    pub fn line(&self) -> &str {
        match &self.said {
            Said::Line(line, _) => line,
            Said::Invoice(record, line) => line.get_or_init(|| line_of(record)),
        }
    }

    /// KOD I and KOD II, if it has them, as the line has them: the link, and what stands under it.
    pub fn codes(&self) -> impl Iterator<Item = (&str, &str)> {
        let (own, of_invoice): (&[Code], Option<&Done>) = match &self.said {
            Said::Line(_, codes) => (codes, None),
            Said::Invoice(record, _) => match &record.outcome {
                InvoiceOutcome::Done(done) => (&[], Some(done)),
                InvoiceOutcome::Kept(_) | InvoiceOutcome::Refused(_) => (&[], None),
            },
        };
        let of_invoice =
            of_invoice.into_iter().flat_map(Done::codes).map(|(_, code)| (&*code.url, code.label.as_str()));
        own.iter().map(|(url, label)| (&**url, label.as_str())).chain(of_invoice)
    }

    /// The picture or document of that name.
    pub fn buffer(&self, name: &str) -> Option<&[u8]> {
        self.buffers.iter().find(|(known, _)| *known == name).map(|(_, bytes)| &**bytes)
    }
}

fn line_of(record: &Record) -> String {
    let mut line = record.to_line().unwrap_or_default();
    line.truncate(line.trim_end().len());
    line
}

/// By what they say.
impl PartialEq for Item {
    fn eq(&self, other: &Self) -> bool {
        (self.line(), self.failed, &self.buffers) == (other.line(), other.failed, &other.buffers)
            && self.codes().eq(other.codes())
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
        let mut text = String::with_capacity(self.items.iter().map(|item| item.line().len() + 1).sum());
        for item in &self.items {
            text.push_str(item.line());
            text.push('\n');
        }
        text
    }
}
