use super::ink::Ink;
use crate::error::Result;
use crate::pdf::document::file::File;
use crate::pdf::page::geometry::Rect;
use crate::pdf_objects::{Dict, Object};

/// Hidden everywhere; printed; not on the screen (ISO 32000-1, table 165).
const HIDDEN: i64 = 2;
const PRINTED: i64 = 4;
const NOT_ON_SCREEN: i64 = 32;

/// Where an annotation has coordinates besides its rectangle (ISO 32000-2, 12.5.6): readers that draw it themselves go by
/// them, wherever the rectangle is.
const COORDINATES: [&str; 6] = ["QuadPoints", "Vertices", "InkList", "L", "CL", "Path"];

/// Marks where annotations show something: fields of a form, notes, stamps, links with a border.
pub(super) fn mark(file: &File, annotations: &[Object], ink: &mut Ink) -> Result<()> {
    for annotation in annotations {
        file.spend(16)?;
        let Some(annotation) = file.dict(annotation)? else { continue };
        let area = area(file, &annotation)?;
        if ink.is_near(&area) && is_seen(file, &annotation)? {
            ink.thing(&area, &name(file, &annotation)?);
        }
    }
    Ok(())
}

/// Where it is drawn: a picture of its own fills its rectangle; without one, readers draw what its dictionary says.
fn area(file: &File, annotation: &Dict) -> Result<Rect> {
    /// In units of the page: the sign of a note or of a file has a size of its own.
    const SIGN: f64 = 24.0;
    /// How far line ends and the points of thick lines reach, in widths of the line.
    const POINTED: f64 = 10.0;
    let rect = Rect::read(&numbers(file, annotation, "Rect")?).unwrap_or(Rect::NOTHING);
    if has_picture(file, annotation)? {
        return Ok(rect);
    }
    let is = |names: &[&str]| names.iter().any(|name| annotation.is("Subtype", name));
    let width = border(file, annotation)?.unwrap_or(1.0).abs();
    let mut area = rect.grown(if is(&["Text", "FileAttachment", "Sound"]) { width.max(SIGN) } else { width });
    for outward in numbers(file, annotation, "RD")?.iter().filter_map(Object::number).filter(|&inset| inset < 0.0) {
        area = area.grown(-outward);
    }
    for key in COORDINATES.iter().filter(|key| annotation.get(key).is_some()) {
        let points = file.value(annotation, key)?;
        let mut drawn = Rect::NOTHING;
        surround(file, points.as_ref(), &mut drawn, 0)?;
        if drawn.left > drawn.right {
            continue;
        }
        let drawn = match *key {
            // The ends of a marker are round, by a part of its height.
            "QuadPoints" => drawn.grown(width + drawn.height() / 4.0),
            _ => drawn.grown(POINTED * width + beside_a_line(file, annotation)?),
        };
        area = area.with((drawn.left, drawn.bottom)).with((drawn.right, drawn.top));
    }
    Ok(area)
}

/// How far from its line a measure reaches: with its leaders and its words.
fn beside_a_line(file: &File, annotation: &Dict) -> Result<f64> {
    /// In units of the page: letters as readers set them are smaller.
    const LETTER: f64 = 12.0;
    let mut beside = 0.0;
    for key in ["LL", "LLE", "LLO"] {
        beside += file.value(annotation, key)?.number().unwrap_or_default().abs();
    }
    if *file.value(annotation, "Cap")? == Object::Bool(true) {
        let words = file.value(annotation, "Contents")?.as_text().map_or(0, <[u8]>::len);
        beside += LETTER * (words as f64 + 1.0);
        for shift in numbers(file, annotation, "CO")?.iter().filter_map(Object::number) {
            beside += shift.abs();
        }
    }
    if let Some(effect) = file.dict_in(annotation, "BE")? {
        beside += LETTER * file.value(&effect, "I")?.number().unwrap_or_default().abs();
    }
    Ok(beside)
}

/// Makes a rectangle as large as these points want it. They may be in lists within the list.
fn surround(file: &File, points: &Object, around: &mut Rect, depth: u32) -> Result<()> {
    /// A list of strokes, each a list of points.
    const DEEPEST: u32 = 1;
    let mut first = None;
    for item in points.as_array().unwrap_or_default() {
        file.spend(16)?;
        let item = file.resolve(item)?;
        if depth < DEEPEST && item.as_array().is_some() {
            surround(file, item.as_ref(), around, depth + 1)?;
        } else if let Some(number) = item.number() {
            match first.take() {
                Some(x) => *around = around.with((x, number)),
                None => first = Some(number),
            }
        }
    }
    Ok(())
}

/// True if it brings one picture for all its states, empty or not.
fn has_picture(file: &File, annotation: &Dict) -> Result<bool> {
    let appearance = file.dict_in(annotation, "AP")?;
    let normal = appearance.as_ref().and_then(|appearance| appearance.get("N"));
    Ok(normal.map(|normal| file.stream(normal)).transpose()?.flatten().is_some())
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
    Ok(border(file, link)?.unwrap_or(1.0) > 0.0)
}

/// The width of its border, if it says one.
fn border(file: &File, annotation: &Dict) -> Result<Option<f64>> {
    Ok(match file.dict_in(annotation, "BS")? {
        Some(style) => file.value(&style, "W")?.number(),
        None => numbers(file, annotation, "Border")?.get(2).and_then(Object::number),
    })
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
