use super::annotations;
use super::ink::Ink;
use super::ink_map::InkMap;
use super::sign_lines::SignLines;
use crate::error::{Kind, Result};
use crate::pdf::document::file::File;
use crate::pdf::page::balance::Balance;
use crate::pdf::page::content::{NAME, Reader, is_ours};
use crate::pdf::page::geometry::Rect;
use crate::pdf::page::pages::{self, Page};
use crate::pdf::page::resources::{PageResources, Resources};
use crate::pdf_objects::{Dict, Object, Stream};

/// What a page draws, and in which state its content leaves the page.
#[derive(Debug, Default)]
pub(in crate::pdf) struct Survey {
    /// What is drawn in each of the areas, by the content or by an annotation.
    pub(in crate::pdf) found: Vec<Option<String>>,
    /// What annotations draw in each of the areas: above whatever the content draws.
    pub(in crate::pdf) covered: Vec<Option<String>>,
    /// Where it is drawn on, pictures aside, if a map was asked for.
    pub(in crate::pdf) map: Option<InkMap>,
    /// Where the pictures are.
    pub(in crate::pdf) pictures: Option<InkMap>,
    /// What people sign on, if a map was asked for.
    pub(in crate::pdf) sign_lines: Option<SignLines>,
    /// Why the content could not be read to its end: what is behind it is not shown by every reader.
    pub(in crate::pdf) unknown: Option<String>,
    /// True if codes of an earlier stamping are among what it draws.
    pub(in crate::pdf) is_stamped: bool,
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
        if self.balance.path {
            ending += "n\n";
        }
        if self.balance.text {
            ending += "ET\n";
        }
        ending += &"EMC\n".repeat(self.balance.marked);
        ending += &"Q\n".repeat(self.balance.open + 1);
        ending.into_bytes()
    }
}

/// Looks at the page's content and at what lies on it, in these areas, and on a map of the page if one is given.
///
/// # Errors
/// `pdf_damaged`, `pdf_limits`, where an object cannot be read. Content that cannot be read to its end is an answer.
pub(in crate::pdf) fn look<'f>(
    file: &'f File,
    contents: &[Stream],
    resources: &Resources<'f>,
    annotations: &[Object],
    areas: &[Rect],
    map: Option<InkMap>,
) -> Result<Survey> {
    let mut survey = Survey::default();
    // Annotations by themselves first: what they draw is above what the content draws.
    let mut above = Ink::new(areas, map);
    annotations::mark(file, annotations, &mut above)?;
    survey.covered = above.found();
    let mut reader = Reader::new(file, Ink::new(areas, above.map));
    match all_content(file, contents).and_then(|(content, joins)| reader.page(&content, joins, resources)) {
        Ok(balance) => survey.balance = balance,
        // What would take too long is refused, for the state in which the page is left is not known either.
        Err(error) if error.kind() == Kind::PdfLimits => return Err(error),
        Err(error) => survey.unknown = Some(error.message().to_owned()),
    }
    let found = reader.ink.found().into_iter().zip(&survey.covered);
    survey.found = found.map(|(found, covered)| found.or_else(|| covered.clone())).collect();
    survey.is_stamped = reader.is_stamped;
    Ink { map: survey.map, pictures: survey.pictures, sign_lines: survey.sign_lines, .. } = reader.ink;
    Ok(survey)
}

/// The first page that carries codes of an earlier stamping, if the document does not hide its dictionaries.
pub(in crate::pdf) fn stamped_before(file: &File) -> Result<Option<Page>> {
    if memchr::memmem::find(file.bytes(), NAME.as_bytes()).is_none() {
        return Ok(None);
    }
    let (mut found, mut resources) = (Ok(None), PageResources::new(file));
    pages::each(file, &mut |page| {
        found = resources
            .of(&page)
            .and_then(|(_, resources)| carries_codes(file, resources.dict()))
            .map(|carries| carries.then_some(page));
        matches!(found, Ok(None))
    })?;
    found
}

fn carries_codes(file: &File, resources: &Dict) -> Result<bool> {
    let forms = file.dict_in(resources, "XObject")?.unwrap_or_default();
    for (name, form) in forms.0.iter().filter(|(name, _)| name.starts_with(NAME.as_bytes())) {
        let Some(form) = file.stream(form)? else { continue };
        match file.decode(&form, LARGEST_CONTENT) {
            Ok(content) if is_ours(name, &content) => return Ok(true),
            Err(error) if error.kind() == Kind::PdfLimits => return Err(error),
            _ => {}
        }
    }
    Ok(false)
}

/// The parts of the content, and where they are joined.
fn all_content(file: &File, contents: &[Stream]) -> Result<(Vec<u8>, Vec<usize>)> {
    let (mut all, mut joins) = (Vec::new(), Vec::new());
    for stream in contents {
        let part = file.decode_whole(stream, LARGEST_CONTENT - all.len().min(LARGEST_CONTENT))?;
        if all.is_empty() {
            all = part;
        } else {
            joins.push(all.len());
            all.push(b'\n');
            all.extend(part);
        }
    }
    Ok((all, joins))
}
