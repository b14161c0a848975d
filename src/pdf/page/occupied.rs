use super::content::{Balance, Reader};
use super::geometry::Rect;
use super::pages::Page;
use super::resources::Resources;
use crate::error::{Kind, Result};
use crate::pdf::document::file::File;
use crate::pdf_objects::Stream;

/// What a page draws in a place, and in which state its content leaves the page.
#[derive(Debug, Default)]
pub(in crate::pdf) struct Survey {
    /// What is drawn there.
    pub(in crate::pdf) found: Option<&'static str>,
    /// Why the content could not be read to its end.
    pub(in crate::pdf) unknown: Option<String>,
    balance: Balance,
}

/// In bytes unpacked: a page of some hundred thousand letters.
const LARGEST_CONTENT: usize = 16 << 20;

impl Survey {
    /// Graphics states that the content closes without having opened them.
    pub(in crate::pdf) fn closed(&self) -> usize {
        self.balance.closed
    }

    /// What closes all that the content opened, and what was opened before it.
    pub(in crate::pdf) fn ending(&self) -> Vec<u8> {
        let mut ending = String::from("\n");
        if self.balance.text {
            ending += "ET\n";
        }
        ending += &"EMC\n".repeat(self.balance.marked);
        ending += &"Q\n".repeat(self.balance.open + 1);
        ending.into_bytes()
    }
}

/// Looks at the page's content, and if `annotations` is true at what lies on it.
///
/// # Errors
/// `pdf_damaged`, `pdf_limits`, where an object cannot be read. Content that cannot be read to its end is an answer.
pub(in crate::pdf) fn look<'f>(
    file: &'f File,
    page: &Page,
    contents: &[Stream],
    resources: &Resources<'f>,
    area: &Rect,
    annotations: bool,
) -> Result<Survey> {
    let mut survey = Survey::default();
    let mut reader = Reader::new(file, *area);
    match all_content(file, contents).and_then(|content| reader.page(&content, resources)) {
        Ok(balance) => survey.balance = balance,
        // What would take too long is refused, for the state in which the page is left is not known either.
        Err(error) if error.kind() == Kind::PdfLimits => return Err(error),
        Err(error) => survey.unknown = Some(error.message().to_owned()),
    }
    survey.found = reader.found;
    if survey.found.is_none() && annotations && annotated(file, page, area)? {
        survey.found = Some("an annotation");
    }
    Ok(survey)
}

fn all_content(file: &File, contents: &[Stream]) -> Result<Vec<u8>> {
    let mut all = Vec::new();
    for stream in contents {
        let part = file.decode(stream, LARGEST_CONTENT - all.len().min(LARGEST_CONTENT))?;
        if all.is_empty() {
            all = part;
        } else {
            all.push(b'\n');
            all.extend(part);
        }
    }
    Ok(all)
}

/// True if an annotation that shows something lies in the area.
fn annotated(file: &File, page: &Page, area: &Rect) -> Result<bool> {
    /// Hidden, and not on the screen (ISO 32000-1, table 165).
    const UNSEEN: i64 = 2 | 32;
    for annotation in &file.items(&page.dict, "Annots")? {
        let Some(annotation) = file.dict(annotation)? else { continue };
        let flags = file.value(&annotation, "F")?.integer().unwrap_or_default();
        // Notes and the like are drawn by the reader, if they bring no picture of their own.
        let plain = ["Link", "Popup", "Widget"].iter().any(|kind| annotation.is("Subtype", kind));
        let shows = (annotation.get("AP").is_some() || !plain) && flags & UNSEEN == 0;
        let rect = Rect::read(&file.items(&annotation, "Rect")?);
        if shows && !annotation.is("Subtype", "Popup") && rect.is_some_and(|rect| rect.meets(area)) {
            return Ok(true);
        }
    }
    Ok(false)
}
