use super::ink::Ink;
use crate::error::Result;
use crate::pdf::document::file::File;
use crate::pdf::page::geometry::Rect;
use crate::pdf_objects::{Dict, Object};

/// Hidden everywhere; printed; not on the screen (ISO 32000-1, table 165).
const HIDDEN: i64 = 2;
const PRINTED: i64 = 4;
const NOT_ON_SCREEN: i64 = 32;

/// Marks where annotations show something: fields of a form, notes, stamps, links with a border.
pub(super) fn mark(file: &File, annotations: &[Object], ink: &mut Ink) -> Result<()> {
    for annotation in annotations {
        file.spend(16)?;
        let Some(annotation) = file.dict(annotation)? else { continue };
        let Some(rect) = Rect::read(&numbers(file, &annotation, "Rect")?) else { continue };
        if ink.is_near(&rect) && is_seen(file, &annotation)? {
            ink.thing(&rect, &name(file, &annotation)?);
        }
    }
    Ok(())
}

/// An array whose items may be references.
fn numbers(file: &File, dict: &Dict, key: &str) -> Result<Vec<Object>> {
    file.items(dict, key)?.iter().take(4).map(|item| Ok(file.resolve(item)?.into_owned())).collect()
}

fn is_seen(file: &File, annotation: &Dict) -> Result<bool> {
    let flags = file.value(annotation, "F")?.integer().unwrap_or_default();
    if flags & HIDDEN != 0 || flags & NOT_ON_SCREEN != 0 && flags & PRINTED == 0 || annotation.is("Subtype", "Popup") {
        return Ok(false);
    }
    // Whatever its picture is now, a field is there to be written into, and readers colour it.
    if annotation.is("Subtype", "Widget") {
        return Ok(true);
    }
    if let Some(appearance) = file.dict_in(annotation, "AP")?
        && let Some(normal) = appearance.get("N")
    {
        // One picture, or one for each state. An empty one is how a note hides.
        return Ok(file.stream(normal)?.is_none_or(|stream| !stream.data.is_empty()));
    }
    if annotation.is("Subtype", "Link") {
        return has_border(file, annotation);
    }
    // Notes and the like are drawn by the reader, if they bring no picture of their own.
    Ok(true)
}

/// A line of one point is what is drawn where nothing is said.
fn has_border(file: &File, link: &Dict) -> Result<bool> {
    let width = match file.dict_in(link, "BS")? {
        Some(style) => file.value(&style, "W")?.number(),
        None => numbers(file, link, "Border")?.get(2).and_then(Object::number),
    };
    Ok(width.unwrap_or(1.0) > 0.0)
}

/// What people would call it.
fn name(file: &File, annotation: &Dict) -> Result<String> {
    if annotation.is("Subtype", "Link") {
        return Ok("a link with a border".to_owned());
    }
    if !annotation.is("Subtype", "Widget") {
        return Ok("an annotation".to_owned());
    }
    let name = file.value(annotation, "T")?;
    // Names of fields are ASCII as a rule.
    let name = name.as_text().map(String::from_utf8_lossy).unwrap_or_default();
    Ok(match name.chars().all(|letter| !letter.is_control()) && (1..=60).contains(&name.len()) {
        true => format!("the form field {name:?}"),
        false => "a form field".to_owned(),
    })
}
