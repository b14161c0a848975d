//! Where a page is dark: pictures on it may be white for the most part, as scans are.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hayro::hayro_interpret::{InterpreterSettings, InterpreterWarning};
use image::GrayImage;

use crate::error::{Error, ErrorKind, Result};
use crate::pdf::{Shared, Undrawn, draw, open, order};

/// Pixels of a square's side, at the least: a line of a tenth of a millimetre is seen on squares of one.
const PIXELS: f32 = 4.0;

/// Squares, each way.
const MOST_SQUARES: usize = 1000;

/// Grey levels below are ink. Paper that was scanned is not quite white.
const INK: u8 = 224;

/// Draws a page, counted from 1, as the reader sees it, and divides it into so many columns and rows: a line for each row from
/// above, `1` where something is dark, `0` where nothing is.
///
/// # Errors
/// `pdf_unreadable`: also for a page that is not there, and where a picture cannot be decoded, so that what is white may not be.
pub fn ink(bytes: &[u8], page: usize, columns: usize, rows: usize) -> Result<Vec<String>> {
    let squares = 1..=MOST_SQUARES;
    if !(squares.contains(&columns) && squares.contains(&rows)) {
        return Err(unreadable(&format!("a page has 1 to {MOST_SQUARES} columns and rows")));
    }
    // As with codes: a slip in somebody else's code ends no more than the reading.
    let drawn = catch_unwind(AssertUnwindSafe(|| picture(bytes, page, columns, rows)));
    let picture = drawn.map_err(|_| unreadable("the PDF cannot be drawn"))??;
    Ok((0..rows)
        .map(|row| (0..columns).map(|column| square(&picture, (column, columns), (row, rows))).collect())
        .collect())
}

fn picture(bytes: &[u8], number: usize, columns: usize, rows: usize) -> Result<GrayImage> {
    let pdf = open(bytes)?;
    let order = order(&pdf);
    let pages = pdf.pages();
    let mut all = pages.iter().enumerate();
    let page = all.find(|(index, page)| {
        let id = page.raw().obj_id();
        let place = order.iter().position(|other| id.is_some() && *other == id);
        place.unwrap_or(*index) + 1 == number
    });
    let (_, page) = page.ok_or_else(|| unreadable(&format!("the PDF has no page {number}")))?;
    let failed = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&failed);
    let settings = InterpreterSettings {
        warning_sink: Arc::new(move |warning| {
            if matches!(warning, InterpreterWarning::ImageDecodeFailure) {
                told.store(true, Ordering::Relaxed);
            }
        }),
        ..InterpreterSettings::default()
    };
    let (width, height) = page.render_dimensions();
    let dense = PIXELS * (columns as f32 / width).max(rows as f32 / height);
    let drawn = draw(page, &Shared::default(), &settings, dense);
    if failed.load(Ordering::Relaxed) {
        return Err(unreadable("a picture cannot be decoded"));
    }
    drawn.map_err(|why| match why {
        Undrawn::NoSize => unreadable("the page cannot be drawn"),
        Undrawn::TooMuch => unreadable("there is too much on the page to be drawn"),
    })
}

/// `1` for a square with ink in it.
fn square(picture: &GrayImage, (column, columns): (usize, usize), (row, rows): (usize, usize)) -> char {
    let part = |at: usize, count: usize, length: u32| {
        let length = length as usize;
        (at * length / count) as u32..((at + 1) * length).div_ceil(count) as u32
    };
    let (across, down) = (part(column, columns, picture.width()), part(row, rows, picture.height()));
    let is_dark = down
        .into_iter()
        .any(|y| across.clone().any(|x| picture.get_pixel_checked(x, y).is_some_and(|pixel| pixel.0[0] < INK)));
    if is_dark { '1' } else { '0' }
}

fn unreadable(why: &str) -> Error {
    Error::new(ErrorKind::PdfUnreadable, why)
}
