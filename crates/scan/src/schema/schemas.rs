use std::fmt;
use std::sync::{Arc, OnceLock};

use fastxml::schema::{Schema, Validator};
use serde::{Deserialize, Serialize};

use super::document::{Document, MOST_TOLD};
use super::folder::Folder;
use crate::error::{Error, ErrorKind, Result};

/// A kind of document, and the root element by which it is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Form {
    /// What it is called in messages, and when a document is validated: `FA(3)`.
    pub name: String,
    /// The namespace of its root element, which is the target namespace of its schema.
    pub namespace: String,
    /// The root element's name without a prefix.
    pub root: String,
}

/// One thing that a schema has against a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Violation {
    /// What is wrong, in one line.
    pub message: String,
    /// Where, in bytes from the start of the text.
    pub offset: usize,
}

/// The schemas of the forms, compiled when they are first needed.
///
/// fastxml validates. Two things pass it that libxml2 refuses, and are looked at besides: the namespaces of child elements,
/// of which it compares the local names only, and `xsi:nil`.
pub struct Schemas {
    folder: Folder,
    forms: Vec<CompiledForm>,
}

struct CompiledForm {
    form: Form,
    /// Takes nothing that the schema does not take, and is asked in a fraction of the time; none if it cannot be had.
    plain: OnceLock<Option<Arc<Schema>>>,
    schema: OnceLock<Result<Arc<Schema>>>,
}

impl Schemas {
    /// Takes the files of a folder: each with its path in the folder, written with `/`, and its bytes. A form's schema
    /// is known by its target namespace, whatever its file is called. What schemas import is looked for among the
    /// files, by the path that is named, else by the name alone; nothing is fetched from anywhere.
    ///
    /// # Errors
    /// `schema_missing` if there is no schema of any form.
    pub fn new(forms: Vec<Form>, files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Result<Self> {
        let folder = Folder::new(files);
        if !forms.iter().any(|form| folder.of_namespace(&form.namespace).next().is_some()) {
            let names: Vec<&str> = forms.iter().map(|form| &*form.name).collect();
            return Err(Error::new(
                ErrorKind::SchemaMissing,
                format!("it holds no schema (.xsd) of {}", names.join(", ")),
            ));
        }
        let forms = forms.into_iter();
        let forms = forms.map(|form| CompiledForm { form, plain: OnceLock::new(), schema: OnceLock::new() }).collect();
        Ok(Self { folder, forms })
    }

    /// Validates a document, which is taken to be well-formed. A hundred violations or so are told.
    ///
    /// # Errors
    /// `schema_missing` if there is no schema of the form that is named so; `schema_unusable`.
    pub fn validate(&self, form: &str, text: &str) -> Result<Vec<Violation>> {
        let form = self.forms.iter().find(|known| known.form.name == form).ok_or_else(|| missing(form))?;
        if self.is_plainly_valid(form, text) {
            return Ok(Vec::new());
        }
        self.violations(form, text)
    }

    /// True if the document is valid; false if it need not be.
    fn is_plainly_valid(&self, form: &CompiledForm, text: &str) -> bool {
        // A document that names a type could name one that only the plain schema has.
        if text.contains(":type") {
            return false;
        }
        let compile = || self.compile(&form.form, Folder::compile_plain).ok();
        let Some(schema) = form.plain.get_or_init(compile) else { return false };
        let mut document = Document::new(schema);
        if document.walk(text).is_err() || !document.into_violations().is_empty() {
            return false;
        }
        let report = Validator::from(text).schema(Arc::clone(schema)).max_errors(MOST_TOLD).run();
        // Warnings are counted too: so many could stand before an error.
        report.is_ok_and(|report| {
            let found = report.errors();
            found.len() < MOST_TOLD && found.iter().all(|entry| entry.level == fastxml::ErrorLevel::Warning)
        })
    }

    fn violations(&self, form: &CompiledForm, text: &str) -> Result<Vec<Violation>> {
        let schema = form.schema.get_or_init(|| self.compile(&form.form, Folder::compile)).clone()?;
        let mut violations = Vec::new();
        let mut find = |message: String, offset: usize| violations.push(Violation { message, offset });
        let mut document = Document::new(&schema);
        if let Err(excess) = document.walk(text) {
            find(excess.message, excess.offset);
            return Ok(violations);
        }
        for (message, offset) in document.into_violations() {
            find(message, offset);
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
        Ok(violations)
    }

    fn compile(&self, form: &Form, compile: impl Fn(&Folder, &str) -> fastxml::Result<Schema>) -> Result<Arc<Schema>> {
        let Form { name, namespace, root } = form;
        let mut refused = None;
        for file in self.folder.of_namespace(namespace) {
            match compile(&self.folder, file) {
                // Parts of a schema share its namespace, and do not declare its root.
                Ok(schema) if schema.element_ns(namespace, root).is_some() => return Ok(Arc::new(schema)),
                Ok(_) => {}
                Err(error) => refused = Some(Error::new(ErrorKind::SchemaUnusable, format!("{file}: {error}"))),
            }
        }
        Err(refused.unwrap_or_else(|| missing(name)))
    }
}

impl fmt::Debug for Schemas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Schemas({:?})", self.folder)
    }
}

fn missing(form: &str) -> Error {
    Error::new(
        ErrorKind::SchemaMissing,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::plain::plain;

    /// The plain schema has types that nobody named; a document that names one is not to be tried by it.
    #[test]
    fn a_type_that_only_the_plain_schema_has_is_unknown() {
        const NAMESPACE: &str = "urn:f";
        let schema = format!(
            "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema' xmlns='{NAMESPACE}' targetNamespace='{NAMESPACE}' \
             elementFormDefault='qualified'>\
             <xs:element name='F'><xs:complexType><xs:sequence><xs:element name='A'/>\
             <xs:element name='B'><xs:complexType><xs:sequence><xs:element name='C' type='xs:string'/></xs:sequence>\
             </xs:complexType></xs:element></xs:sequence></xs:complexType></xs:element></xs:schema>"
        );
        let plain = String::from_utf8(plain(schema.as_bytes())).unwrap();
        let named = plain.split("name=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned();
        assert!(named.starts_with("type-1-"), "{plain}");
        let form = Form { name: "F".into(), namespace: NAMESPACE.into(), root: "F".into() };
        let schemas = Schemas::new(vec![form], [("f.xsd".to_owned(), schema.into_bytes())]).unwrap();
        let with = |a: &str| {
            format!(
                "<F xmlns='{NAMESPACE}' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'>\
                 {a}<B><C>c</C></B></F>"
            )
        };
        let text = with(&format!("<A xsi:type='{named}'><C>c</C></A>"));
        // It would take it.
        let plain = schemas.compile(&schemas.forms[0].form, Folder::compile_plain).unwrap();
        let report = Validator::from(&*text).schema(plain).run().unwrap();
        assert!(
            report.errors().iter().all(|entry| entry.level == fastxml::ErrorLevel::Warning),
            "{:?}",
            report.errors()
        );
        assert_eq!(schemas.validate("F", &with("<A/>")).unwrap(), []);
        assert!(!schemas.validate("F", &text).unwrap().is_empty());
    }
}
