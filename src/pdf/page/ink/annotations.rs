use super::ink::Ink;
use crate::error::{Kind, Result};
use crate::pdf::document::file::File;
use crate::pdf::page::geometry::Rect;
use crate::pdf_objects::{Dict, Object};

/// Hidden everywhere; printed; not on the screen (ISO 32000-1, table 165).
const HIDDEN: i64 = 2;
const PRINTED: i64 = 4;
const NOT_ON_SCREEN: i64 = 32;
/// It stands upright however the page is turned.
const UPRIGHT: i64 = 16;

/// Where an annotation has coordinates besides its rectangle (ISO 32000-2, 12.5.6): readers that draw it themselves go by
/// them, wherever the rectangle is.
const COORDINATES: [&str; 6] = ["QuadPoints", "Vertices", "InkList", "L", "CL", "Path"];

/// Marks where annotations show something: fields of a form, notes, stamps, links with a border.
pub(super) fn mark(file: &File, annotations: &[Object], ink: &mut Ink) -> Result<()> {
    for annotation in annotations {
        file.spend(16)?;
        let Some(annotation) = file.dict(annotation)? else { continue };
        let mut area = area(file, &annotation)?;
        // It is turned about a corner.
        if flags(file, &annotation)? & UPRIGHT != 0 {
            area = area.grown(area.width().max(area.height()).max(0.0));
        }
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
    // A list of something else than four numbers means another place to each reader.
    let rect = match file.numbers(annotation, "Rect") {
        Err(error) if error.kind() == Kind::PdfDamaged => return Ok(Rect::EVERYTHING),
        rect => rect?.map_or(Rect::NOTHING, Rect::of),
    };
    if has_picture(file, annotation)? && !is_marker(file, annotation)? {
        return Ok(rect);
    }
    let subtype = file.value(annotation, "Subtype")?;
    let is = |names: &[&str]| names.iter().any(|name| subtype.as_name() == Some(name.as_bytes()));
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

/// True for what marks a text: some readers draw it by its coordinates, whatever picture it brings.
fn is_marker(file: &File, annotation: &Dict) -> Result<bool> {
    Ok(annotation.get("QuadPoints").is_some() && file.is(annotation, "Subtype", "Highlight")?)
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

/// Its flags; none where there are more than 32, of which each reader takes others.
fn flags(file: &File, annotation: &Dict) -> Result<i64> {
    let flags = file.value(annotation, "F")?.integer().unwrap_or_default();
    Ok(u32::try_from(flags).unwrap_or_default().into())
}

fn is_seen(file: &File, annotation: &Dict) -> Result<bool> {
    let flags = flags(file, annotation)?;
    if flags & HIDDEN != 0 || flags & NOT_ON_SCREEN != 0 && flags & PRINTED == 0 {
        return Ok(false);
    }
    if file.is(annotation, "Subtype", "Popup")? {
        return has_picture(file, annotation);
    }
    // Whatever its picture is now, a field is there to be written into, and readers colour it.
    if file.is(annotation, "Subtype", "Widget")? || is_marker(file, annotation)? {
        return Ok(true);
    }
    if let Some(appearance) = file.dict_in(annotation, "AP")?
        && let Some(normal) = appearance.get("N")
    {
        // One picture, or one for each state. An empty one is how a note hides.
        return Ok(file.stream(normal)?.is_none_or(|stream| !stream.data.is_empty()));
    }
    if file.is(annotation, "Subtype", "Link")? {
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
    if file.is(annotation, "Subtype", "Link")? {
        return Ok("a link with a border".to_owned());
    }
    if !file.is(annotation, "Subtype", "Widget")? {
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
