//! SVG pictures: drawn first, then read like any other.

use std::panic::{AssertUnwindSafe, catch_unwind};

use image::GrayImage;
use resvg::tiny_skia::{Color, Pixmap, Transform};
use resvg::usvg::{Options, Tree};

use crate::error::{Error, ErrorKind, Result};
use crate::picture::codes;

/// In bytes: drawings of codes have a hundredth.
const LARGEST: usize = 10_000_000;

/// In pixels, of the longer side: 20 for each module of the largest code that we draw.
const SIDE: f32 = 2000.0;

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

fn draw(bytes: &[u8]) -> std::result::Result<GrayImage, String> {
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
