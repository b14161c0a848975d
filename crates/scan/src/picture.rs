//! Pictures: drawn ones, and photographs.

use std::panic::{AssertUnwindSafe, catch_unwind};

use image::imageops::{self, FilterType};
use image::{DynamicImage, GrayImage, ImageFormat, ImageReader, Limits};
use rxing::common::{GlobalHistogramBinarizer, HybridBinarizer};
use rxing::multi::MultipleBarcodeReader as _;
use rxing::qrcode::cpp_port::QrReader;
use rxing::{BinaryBitmap, DecodeHints, Luma8LuminanceSource};

use crate::area::Area;
use crate::error::{Error, ErrorKind, Result};

/// In pixels: of either side, and of the whole. Phones take up to 100 megapixels.
const LONGEST_SIDE: u32 = 20_000;
const LARGEST: u64 = 100_000_000;

/// In bytes, for a decoder's buffers.
const MOST_MEMORY: u64 = 1 << 30;

/// Longer sides are scaled down first: a code that fills a hand's width of paper has modules of several pixels still.
const WORKING_SIDE: u32 = 4000;

/// The texts of all QR codes in a PNG or JPEG, in no particular order, each once. Grey and coloured, turned, askew,
/// blurred and noisy pictures are tried in several ways; light codes on dark ground too.
///
/// # Errors
/// `picture_unreadable`; `no_code_found`.
pub fn picture(bytes: &[u8]) -> Result<Vec<String>> {
    let found = codes(&decode(bytes)?);
    if found.is_empty() {
        Err(Error::new(ErrorKind::NoCodeFound, "no QR code was found in the picture"))
    } else {
        Ok(found)
    }
}

fn decode(bytes: &[u8]) -> Result<GrayImage> {
    let unreadable = |why: String| Error::new(ErrorKind::PictureUnreadable, why);
    let Ok(format @ (ImageFormat::Png | ImageFormat::Jpeg)) = image::guess_format(bytes) else {
        return Err(unreadable("it is neither a PNG nor a JPEG picture".to_owned()));
    };
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    limits.max_alloc = Some(MOST_MEMORY);
    let reader = || {
        let mut reader = ImageReader::with_format(std::io::Cursor::new(bytes), format);
        reader.limits(limits.clone());
        reader
    };
    let damaged = |error: image::ImageError| unreadable(format!("the picture cannot be decoded: {error}"));
    let (width, height) = reader().into_dimensions().map_err(damaged)?;
    if u64::from(width) * u64::from(height) > LARGEST || width == 0 || height == 0 {
        return Err(unreadable(format!("the picture has {width} × {height} pixels")));
    }
    Ok(grey(&reader().decode().map_err(damaged)?))
}

/// Grey levels, on white where the picture is transparent.
fn grey(picture: &DynamicImage) -> GrayImage {
    if !picture.color().has_alpha() {
        return picture.to_luma8();
    }
    let picture = picture.to_luma_alpha8();
    let mut grey = GrayImage::new(picture.width(), picture.height());
    for (from, to) in picture.pixels().zip(grey.pixels_mut()) {
        let [level, alpha] = from.0.map(u32::from);
        to.0 = [((level * alpha + 255 * (255 - alpha)) / 255) as u8];
    }
    grey
}

/// A QR code, and where it stands: the same text may stand in several places.
pub(crate) struct Code {
    pub(crate) text: String,
    pub(crate) areas: Vec<Area>,
}

/// The texts of every QR code of a picture.
pub(crate) fn codes(picture: &GrayImage) -> Vec<String> {
    placed_codes(picture).into_iter().map(|code| code.text).collect()
}

/// Every QR code of a picture.
pub(crate) fn placed_codes(picture: &GrayImage) -> Vec<Code> {
    let longest = picture.width().max(picture.height());
    let smaller;
    let whole = picture.width() as f32;
    let picture = if longest > WORKING_SIDE {
        smaller = scaled(picture, f64::from(WORKING_SIDE) / f64::from(longest));
        &smaller
    } else {
        picture
    };
    let mut found = Vec::new();
    let search = |picture: &GrayImage, threshold, found: &mut Vec<Code>| {
        search(picture, threshold, whole / picture.width() as f32, found);
    };
    search(picture, Threshold::Local, &mut found);
    search(picture, Threshold::Global, &mut found);
    if !found.is_empty() && is_drawn(picture) {
        return found;
    }
    // Each of these finds codes that the others miss; what was measured stands in `tests/scan.rs`.
    search(&imageops::unsharpen(picture, 2.0, 0), Threshold::Local, &mut found);
    search(&imageops::fast_blur(picture, 0.8), Threshold::Local, &mut found);
    let longest = picture.width().max(picture.height());
    if longest <= WORKING_SIDE / 2 {
        search(&scaled(picture, 1.5), Threshold::Local, &mut found);
    } else {
        search(&scaled(picture, 0.5), Threshold::Local, &mut found);
    }
    if found.is_empty() {
        let mut inverted = picture.clone();
        imageops::invert(&mut inverted);
        search(&inverted, Threshold::Local, &mut found);
    }
    found
}

/// True for what a program drew: black and white, and next to nothing between.
fn is_drawn(picture: &GrayImage) -> bool {
    let between = picture.as_raw().iter().filter(|&&level| (24..232).contains(&level)).count();
    between * 50 < picture.as_raw().len()
}

fn scaled(picture: &GrayImage, factor: f64) -> GrayImage {
    let side = |length: u32| ((f64::from(length) * factor) as u32).max(1);
    imageops::resize(picture, side(picture.width()), side(picture.height()), FilterType::Triangle)
}

#[derive(Clone, Copy)]
enum Threshold {
    Local,
    Global,
}

/// `factor` is how many times as large the picture is that places are told on.
fn search(picture: &GrayImage, threshold: Threshold, factor: f32, found: &mut Vec<Code>) {
    let (width, height) = picture.dimensions();
    let Ok(source) = Luma8LuminanceSource::new(picture.as_raw().clone(), width, height) else { return };
    let hints = DecodeHints { TryHarder: Some(true), ..DecodeHints::default() };
    // The reader is a translation of ZXing with arithmetic of its own on whatever the picture holds. Nothing of it
    // outlives the call, so that a slip there is a code not found and no more.
    let read = catch_unwind(AssertUnwindSafe(|| match threshold {
        Threshold::Local => {
            QrReader.decode_multiple_with_hints(&mut BinaryBitmap::new(HybridBinarizer::new(source)), &hints)
        }
        Threshold::Global => {
            QrReader.decode_multiple_with_hints(&mut BinaryBitmap::new(GlobalHistogramBinarizer::new(source)), &hints)
        }
    }));
    let Ok(Ok(codes)) = read else { return };
    for code in codes {
        let text = code.getText();
        let area =
            Area::around(code.getPoints().iter().map(|point| (point.x, point.y))).map(|area| area.scaled(factor));
        let known = match found.iter_mut().position(|known| known.text == text) {
            Some(place) => found.get_mut(place),
            None => {
                found.push(Code { text: text.to_owned(), areas: Vec::new() });
                found.last_mut()
            }
        };
        if let (Some(known), Some(area)) = (known, area)
            && !known.areas.iter().any(|other| other.is_over(area))
        {
            known.areas.push(area);
        }
    }
}
