//! Pictures: drawn ones, and photographs.

use std::panic::{AssertUnwindSafe, catch_unwind};

use image::imageops::{self, FilterType};
use image::{DynamicImage, GrayImage, ImageFormat, ImageReader, Limits};
use rxing::common::{BitMatrix, DetectorRXingResult as _, GlobalHistogramBinarizer, HybridBinarizer};
use rxing::qrcode::cpp_port::{decoder, detector};
use rxing::{BinaryBitmap, Luma8LuminanceSource};

use crate::area::Area;
use crate::error::{Error, ErrorKind, Result};

/// In pixels: of either side, and of the whole. Phones take up to 100 megapixels.
const LONGEST_SIDE: u32 = 20_000;
const LARGEST: u64 = 100_000_000;

/// In bytes, for a decoder's buffers.
const MOST_MEMORY: u64 = 1 << 30;

/// Longer sides are scaled down first: a code that fills a hand's width of paper has modules of several pixels still.
const WORKING_SIDE: u32 = 4000;

/// In pixels: in less there is no code of a link.
const SMALLEST_SIDE: u32 = 80;

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
    // Nothing is drawn on it: an empty page.
    let mut levels = picture.as_raw().iter();
    if levels.next().is_none_or(|first| levels.all(|level| level == first)) {
        return Vec::new();
    }
    let longest = picture.width().max(picture.height());
    let smaller;
    let whole = picture.width() as f32;
    let picture = if longest > WORKING_SIDE {
        smaller = scaled(picture, f64::from(WORKING_SIDE) / f64::from(longest));
        &smaller
    } else {
        picture
    };
    let mut search = Search { whole, found: Vec::new(), attempts: MOST_ATTEMPTS, has_undecoded: false };
    let is_large = picture.width().max(picture.height()) > WORKING_SIDE / 2;
    if is_large && !is_drawn(picture) {
        // A quarter of the pixels is enough for most photographs of an invoice.
        search.local(&halved(picture));
        if search.has_both_of_an_invoice() && !search.has_undecoded {
            return search.found;
        }
    }
    search.local(picture);
    search.global(picture);
    if !search.found.is_empty() && is_drawn(picture) {
        return search.found;
    }
    // Each of these finds codes that the others miss; what was measured stands in `tests/scan.rs`.
    search.local(&imageops::unsharpen(picture, 2.0, 0));
    search.local(&imageops::fast_blur(picture, 0.8));
    let longest = picture.width().max(picture.height());
    if longest <= WORKING_SIDE / 2 {
        search.local(&scaled(picture, 1.5));
    } else {
        search.local(&scaled(picture, 0.5));
    }
    if search.found.is_empty() {
        let mut inverted = picture.clone();
        imageops::invert(&mut inverted);
        search.local(&inverted);
    }
    // Of a screen a camera sees the dots and the gaps between them, until they melt into one another; what is far away is
    // read when it is larger.
    for factor in [0.5, 0.25, 2.0] {
        let side = f64::from(longest) * factor;
        if search.found.is_empty() && (f64::from(SMALLEST_SIDE)..=f64::from(WORKING_SIDE)).contains(&side) {
            search.local(&scaled(picture, factor));
        }
    }
    search.found
}

/// True for what a program drew: black and white, and next to nothing between.
fn is_drawn(picture: &GrayImage) -> bool {
    let between = picture.as_raw().iter().filter(|&&level| (24..232).contains(&level)).count();
    between * 50 < picture.as_raw().len()
}

/// Each pixel the mean of four.
fn halved(picture: &GrayImage) -> GrayImage {
    let (width, height) = (picture.width() / 2, picture.height() / 2);
    let mut half = Vec::with_capacity(width as usize * height as usize);
    let rows = picture.as_raw().chunks_exact(picture.width() as usize).collect::<Vec<_>>();
    for pair in rows.chunks_exact(2) {
        let [upper, lower] = pair else { continue };
        let mean = |(upper, lower): (&[u8], &[u8])| {
            (upper.iter().chain(lower).map(|&level| u16::from(level)).sum::<u16>() / 4) as u8
        };
        half.extend(upper.chunks_exact(2).zip(lower.chunks_exact(2)).map(mean));
    }
    GrayImage::from_raw(width, height, half).unwrap_or_default()
}

fn scaled(picture: &GrayImage, factor: f64) -> GrayImage {
    let side = |length: u32| ((f64::from(length) * factor) as u32).max(1);
    imageops::resize(picture, side(picture.width()), side(picture.height()), FilterType::Triangle)
}

/// Three marks that may be the corners of one code are looked at more closely: so often for one picture, in all. A page of a
/// hundred codes asks for some hundred; a picture of nothing but marks would ask for a million.
const MOST_ATTEMPTS: u32 = 4000;

/// Rows of pixels that pass through what may be a corner of a code. Each corner has some; a photograph of a lawn has a few
/// thousand.
const MOST_CROSSINGS: usize = 60_000;

/// A search for codes, in several versions of one picture.
struct Search {
    /// How wide the picture is on which places are told.
    whole: f32,
    found: Vec<Code>,
    /// How many sets of three marks may still be looked at.
    attempts: u32,
    /// True if the last version showed three marks that may be the corners of a code, and are of none that was read.
    has_undecoded: bool,
}

impl Search {
    /// True if KOD I and KOD II are there, by the paths of their links.
    fn has_both_of_an_invoice(&self) -> bool {
        let has = |path: &str| self.found.iter().any(|code| code.text.contains(path));
        has("/invoice/") && has("/certificate/")
    }

    /// What is dark is told from its surroundings.
    fn local(&mut self, picture: &GrayImage) {
        if let Some(source) = source(picture) {
            self.guarded(|search| search.read(BinaryBitmap::new(HybridBinarizer::new(source)).get_black_matrix()));
        }
    }

    /// What is dark is told from the whole picture.
    fn global(&mut self, picture: &GrayImage) {
        if let Some(source) = source(picture) {
            self.guarded(|search| {
                search.read(BinaryBitmap::new(GlobalHistogramBinarizer::new(source)).get_black_matrix());
            });
        }
    }

    /// The reader is a translation of ZXing with arithmetic of its own on whatever the picture holds. Nothing of it outlives
    /// the call but texts, so that a slip there is a code not found and no more.
    fn guarded(&mut self, read: impl FnOnce(&mut Self)) {
        _ = catch_unwind(AssertUnwindSafe(|| read(self)));
    }

    fn read(&mut self, dark: &BitMatrix) {
        self.has_undecoded = true;
        if self.attempts == 0 || crossings(dark) > MOST_CROSSINGS {
            return;
        }
        let mut corners = detector::FindFinderPatterns(dark, true, 0);
        let mut used = Vec::new();
        let mut undecoded = Vec::new();
        for set in detector::GenerateFinderPatternSets(&mut corners) {
            let three = [set.bl, set.tl, set.tr];
            if three.iter().any(|corner| used.contains(corner)) {
                continue;
            }
            let Some(left) = self.attempts.checked_sub(1) else { return };
            self.attempts = left;
            undecoded.push(three);
            let Ok(sampled) = detector::SampleQR(dark, &set) else { continue };
            let Ok(read) = decoder::Decode(sampled.getBits()) else { continue };
            if !read.isValid() {
                continue;
            }
            used.extend(three);
            let factor = self.whole / dark.width() as f32;
            let area = Area::around(sampled.getPoints().iter().map(|point| (point.x, point.y)));
            self.add(read.text(), area.map(|area| area.scaled(factor)));
        }
        self.has_undecoded = undecoded.iter().any(|three| !three.iter().any(|corner| used.contains(corner)));
    }

    /// The same text may stand in several places.
    fn add(&mut self, text: String, area: Option<Area>) {
        let known = match self.found.iter_mut().position(|known| known.text == text) {
            Some(place) => self.found.get_mut(place),
            None => {
                self.found.push(Code { text, areas: Vec::new() });
                self.found.last_mut()
            }
        };
        if let (Some(known), Some(area)) = (known, area)
            && !known.areas.iter().any(|other| other.is_over(area))
        {
            known.areas.push(area);
        }
    }
}

fn source(picture: &GrayImage) -> Option<Luma8LuminanceSource> {
    let (width, height) = picture.dimensions();
    Luma8LuminanceSource::new(picture.as_raw().clone(), width, height).ok()
}

/// Counts where rows change from light to dark and back as they do across the corner of a code: 1, 1, 3, 1 and 1 modules,
/// roughly. The reader looks at every third row.
fn crossings(dark: &BitMatrix) -> usize {
    let mut count = 0;
    for y in (2..dark.height()).step_by(3) {
        // The lengths of the last five runs, the newest last, and whether that is dark.
        let (mut runs, mut is_dark) = ([0_u32; 5], false);
        for x in 0..=dark.width() {
            let next = x < dark.width() && dark.get(x, y);
            if next != is_dark || x == dark.width() {
                count += usize::from(is_dark && is_corner(runs));
                runs = [runs[1], runs[2], runs[3], runs[4], 0];
                is_dark = next;
            }
            runs[4] += 1;
        }
    }
    count
}

/// True for runs that are 1, 1, 3, 1 and 1 long, by half more or less.
fn is_corner(runs: [u32; 5]) -> bool {
    let module = runs.iter().sum::<u32>() as f32 / 7.0;
    let fits = |run: u32, modules: f32| (run as f32 - module * modules).abs() <= module * modules * 0.5 + 0.5;
    fits(runs[0], 1.0) && fits(runs[1], 1.0) && fits(runs[2], 3.0) && fits(runs[3], 1.0) && fits(runs[4], 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_means_of_four() {
        let picture = GrayImage::from_fn(5, 3, |x, y| image::Luma([(x * 40 + y * 10) as u8]));
        let half = halved(&picture);
        assert_eq!((half.dimensions(), half.as_raw().as_slice()), ((2, 1), &[25, 105][..]));
        assert_eq!(halved(&GrayImage::new(1, 1)).dimensions(), (0, 0));
    }
}
