//! The Ministry's schemas, and what they have against a document.
//!
//! fastxml validates. Two things pass it that libxml2 refuses, and have a module each: [`namespaces`] of child elements,
//! of which it compares the local names only, and [`nil`].

mod folder;
mod namespaces;
mod nil;

use std::fmt;
use std::sync::{Arc, OnceLock};

use fastxml::schema::{Schema, Validator};

use self::folder::Folder;
use self::namespaces::Namespaces;
use self::nil::nils;
use crate::error::{Error, Kind, Result};
use crate::invoice::Form;
use crate::report::{Finding, Position};
use crate::xml;

/// How many violations of one file are told.
const MOST_TOLD: usize = 100;

/// The schemas of the forms, compiled when they are first needed.
pub struct Schemas {
    folder: Folder,
    compiled: [OnceLock<Result<Arc<Schema>>>; Form::ALL.len()],
}

impl Schemas {
    /// Takes the files of a folder: each with its path in the folder, written with `/`, and its bytes. A form's schema
    /// is known by its target namespace, whatever its file is called. What schemas import is looked for among the
    /// files, by the path that is named, else by the name alone; nothing is fetched from anywhere.
    ///
    /// # Errors
    /// `schema_missing` if there is no schema of any form.
    pub fn new(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Result<Self> {
        let folder = Folder::new(files);
        if !Form::ALL.iter().any(|form| folder.of_namespace(form.root().0).next().is_some()) {
            let message = "it holds no schema (.xsd) of FA(3), FA(2), FA_RR(1), PEF(3) or PEF_KOR(3)";
            return Err(Error::new(Kind::SchemaMissing, message));
        }
        Ok(Self { folder, compiled: Default::default() })
    }

    /// Validates a well-formed document.
    pub(super) fn validate(&self, text: &str, form: Option<Form>) -> Vec<Finding> {
        // A document of no known form is refused for that.
        let Some(form) = form else { return Vec::new() };
        let schema = match self.of(form) {
            Ok(schema) => schema,
            Err(error) => return vec![error.into()],
        };
        let mut findings = Vec::new();
        let mut find = |message: String, offset: usize| {
            findings.push(Finding::fail(Kind::SchemaViolation, message).at(Some(Position::of(text, offset))));
        };
        let mut namespaces = Namespaces::new(&schema);
        if let Err(flaw) = xml::walk(text, &mut namespaces) {
            // Nothing that nests that deep is an invoice, and fastxml's time grows with the square of the depth.
            find(flaw.message, flaw.offset);
            return findings;
        }
        for (message, offset) in namespaces.into_violations() {
            find(message, offset);
        }
        for offset in nils(text) {
            find("the element has xsi:nil, and none may be nil".to_owned(), offset);
        }
        match Validator::from(text).schema(schema).max_errors(MOST_TOLD).run() {
            Ok(report) => {
                let mut told = Vec::new();
                for violation in report.errors().iter().filter(|entry| entry.level != fastxml::ErrorLevel::Warning) {
                    if is_consequence(&violation.message, &mut told) {
                        continue;
                    }
                    let end = end_of(text, violation.location.line, violation.location.column);
                    // It tells where the tag ends.
                    let offset = text.get(..end).and_then(|before| before.rfind('<')).unwrap_or(end);
                    find(plain(&violation.message), offset);
                }
            }
            Err(error) => find(format!("it cannot be validated: {error}"), 0),
        }
        findings
    }

    fn of(&self, form: Form) -> Result<Arc<Schema>> {
        let slot = Form::ALL.iter().zip(&self.compiled).find(|(known, _)| **known == form);
        match slot {
            Some((_, compiled)) => compiled.get_or_init(|| self.compile(form)).clone(),
            None => Err(missing(form)),
        }
    }

    fn compile(&self, form: Form) -> Result<Arc<Schema>> {
        let (namespace, root) = form.root();
        let mut refused = None;
        for file in self.folder.of_namespace(namespace) {
            match self.folder.compile(file) {
                // Parts of a schema share its namespace, and do not declare its root.
                Ok(schema) if schema.element_ns(namespace, root).is_some() => return Ok(Arc::new(schema)),
                Ok(_) => {}
                Err(error) => refused = Some(Error::new(Kind::SchemaUnusable, format!("{file}: {error}"))),
            }
        }
        Err(refused.unwrap_or_else(|| missing(form)))
    }
}

impl fmt::Debug for Schemas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Schemas({:?})", self.folder)
    }
}

fn missing(form: Form) -> Error {
    Error::new(
        Kind::SchemaMissing,
        format!("the folder of schemas holds none of {form}, so the file was not validated"),
    )
}

/// After an element that is missing, fastxml reports each one that follows, and the end. The first will do.
fn is_consequence(message: &str, told: &mut Vec<String>) -> bool {
    let (element, what) =
        match (message.split_once(" is not expected here in "), message.split_once(" has incomplete ")) {
            (Some((_, what)), _) => (what.split(' ').next(), what),
            (_, Some((element, what))) => (element.strip_prefix("element "), what),
            _ => return false,
        };
    let key = match what.split_once("(expected: ") {
        Some((_, expected)) => format!("{} {}", element.unwrap_or_default(), expected.replace('\'', "")),
        None => return false,
    };
    let is_told = told.contains(&key);
    told.push(key);
    is_told
}

/// The byte at a line and column, both from 1; the start of the text if they are not known.
fn end_of(text: &str, line: Option<usize>, column: Option<usize>) -> usize {
    let (Some(line), Some(column)) = (line, column) else { return 0 };
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let rest = text.get(start..).unwrap_or_default();
    start + rest.char_indices().nth(column.saturating_sub(1)).map_or(rest.len(), |(at, _)| at)
}

/// fastxml's words, less what differs from run to run (it lists allowed values in no order) or says nothing.
fn plain(message: &str) -> String {
    let message = match message.split_once(" not in allowed values") {
        Some((what, _)) => format!("{what} is not one of the allowed values"),
        None => message.to_owned(),
    };
    message.replace("'^(?:", "'").replace(")$'", "'")
}
