//! SVG pictures: drawn first, then read like any other.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use image::GrayImage;
use quick_xml::events::Event;
use resvg::tiny_skia::{Color, Pixmap, Transform};
use resvg::usvg::{Options, Tree};

use crate::error::{Error, ErrorKind, Result};
use crate::picture::codes;

/// In bytes: drawings of codes have a hundredth.
const LARGEST: usize = 10_000_000;

/// In pixels, of the longer side: 20 for each module of the largest code that we draw.
const SIDE: f32 = 2000.0;

/// What a drawing of a code is made of. Each element that is not here can be made to cost a thousand times its size:
/// filters, masks, clips, markers, patterns, style sheets.
const ELEMENTS: [&str; 14] = [
    "circle", "defs", "desc", "ellipse", "g", "line", "metadata", "path", "polygon", "polyline", "rect", "svg",
    "title", "use",
];

/// What refers to such things, or makes layers of groups.
const ATTRIBUTES: [&str; 5] = ["clip-path", "filter", "isolation", "mask", "mix-blend-mode"];

/// Elements, and how deep they lie in each other.
const MOST_ELEMENTS: usize = 200_000;
const DEEPEST: usize = 50;

/// Texts and pictures in it, which are not drawn.
const PASSED_OVER: [&str; 2] = ["image", "text"];

/// The texts of all QR codes in an SVG. Text and pictures inside of it are not drawn.
///
/// # Errors
/// `picture_unreadable`; `no_code_found`.
pub(crate) fn svg(bytes: &[u8]) -> Result<Vec<String>> {
    let unreadable = |why: String| Error::new(ErrorKind::PictureUnreadable, why);
    if bytes.len() > LARGEST {
        return Err(unreadable(format!("an SVG of {} bytes is not a drawing of a code", bytes.len())));
    }
    // Two large libraries at work on whatever the file holds, and nothing of theirs outlives the call.
    let drawn = catch_unwind(AssertUnwindSafe(|| draw(bytes)))
        .unwrap_or_else(|_| Err("the program that draws SVG failed on it".to_owned()));
    let found = codes(&drawn.map_err(unreadable)?);
    if found.is_empty() {
        Err(Error::new(ErrorKind::NoCodeFound, "no QR code was found in the picture"))
    } else {
        Ok(found)
    }
}

/// Takes nothing but plain shapes.
fn plain(bytes: &[u8]) -> std::result::Result<(), String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "the SVG is not UTF-8".to_owned())?;
    let malformed = |error: &dyn std::fmt::Display| format!("the SVG is not well-formed XML: {error}");
    let mut reader = quick_xml::Reader::from_str(text);
    // The identifiers of the elements that are open; those that use others, and those that are used.
    let mut open: Vec<Option<String>> = Vec::new();
    let (mut using, mut used) = (HashSet::new(), HashSet::new());
    let mut elements = 0;
    // The depth at which something begins that is not drawn.
    let mut passed_over = None;
    loop {
        let event = reader.read_event().map_err(|error| malformed(&error))?;
        let start = match &event {
            Event::Start(start) | Event::Empty(start) => start,
            Event::End(_) => {
                open.pop();
                passed_over = passed_over.filter(|&depth| depth < open.len());
                continue;
            }
            Event::DocType(_) => return Err("the SVG has a document type of its own".to_owned()),
            Event::Eof => break,
            _ => continue,
        };
        elements += 1;
        if elements > MOST_ELEMENTS || open.len() > DEEPEST {
            return Err("the SVG has more, or deeper nested, elements than a drawing of a code".to_owned());
        }
        let (name, mut id) = (start.local_name().as_ref().to_owned(), None);
        if passed_over.is_none() && PASSED_OVER.contains(&name.as_str()) {
            passed_over = Some(open.len());
        }
        if passed_over.is_none() {
            let is_foreign = start.name().as_ref().contains(':');
            if !is_foreign && !ELEMENTS.contains(&name.as_str()) {
                return Err(format!("the SVG has an element <{name}>, which no drawing of a code needs"));
            }
            for attribute in start.attributes().with_checks(false) {
                let attribute = attribute.map_err(|error| malformed(&error))?;
                let (key, value) = (attribute.key.as_ref(), attribute.value.as_ref());
                check_attribute(key, value)?;
                match key {
                    "id" => id = Some(value.to_owned()),
                    "href" | "xlink:href" => _ = used.insert(value.trim_start_matches('#').to_owned()),
                    _ => {}
                }
            }
            if name == "use" {
                using.extend(open.iter().flatten().cloned());
            }
        }
        match event {
            Event::Start(_) => open.push(id),
            _ => passed_over = passed_over.filter(|&depth| depth < open.len()),
        }
    }
    // Each step of that doubles what is drawn.
    match using.iter().find(|id| used.contains(*id)) {
        Some(id) => Err(format!("the SVG uses a part that uses others ({id:?})")),
        None => Ok(()),
    }
}

fn check_attribute(name: &str, value: &str) -> std::result::Result<(), String> {
    let value = value.to_ascii_lowercase();
    let is_plain = match name {
        // Colours and shapes may stand there; whatever else may, is told by its name.
        "style" => {
            let costly = ["filter", "mask", "clip", "marker", "opacity", "blend", "isolation"];
            !costly.iter().any(|word| value.contains(word))
        }
        "opacity" => matches!(value.trim(), "1" | "1.0"),
        _ => !ATTRIBUTES.contains(&name) && !name.starts_with("marker"),
    };
    if is_plain && !value.contains("url(") {
        return Ok(());
    }
    Err(format!("the SVG has an attribute {name}, which no drawing of a code needs"))
}

fn draw(bytes: &[u8]) -> std::result::Result<GrayImage, String> {
    plain(bytes)?;
    let tree =
        Tree::from_data(bytes, &Options::default()).map_err(|error| format!("the SVG cannot be read: {error}"))?;
    let (width, height) = (tree.size().width(), tree.size().height());
    let scale = SIDE / width.max(height);
    let pixels = |length: f32| (length * scale).ceil().max(1.0) as u32;
    let mut pixmap =
        Pixmap::new(pixels(width), pixels(height)).ok_or_else(|| format!("the SVG measures {width} × {height}"))?;
    // Where nothing is drawn, there is paper.
    pixmap.fill(Color::WHITE);
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixmap.as_mut());
    let grey = pixmap.pixels().iter().map(|pixel| {
        let [red, green, blue] = [pixel.red(), pixel.green(), pixel.blue()].map(u32::from);
        ((red * 299 + green * 587 + blue * 114) / 1000) as u8
    });
    GrayImage::from_raw(pixmap.width(), pixmap.height(), grey.collect()).ok_or_else(|| "it cannot be drawn".to_owned())
}

/// True if the first bytes say that the file is an SVG.
pub(crate) fn is_svg(bytes: &[u8]) -> bool {
    let start = bytes.get(..bytes.len().min(1024)).unwrap_or_default();
    let is_markup = start.trim_ascii_start().strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start).starts_with(b"<");
    is_markup && start.windows(4).any(|window| window == b"<svg")
}
