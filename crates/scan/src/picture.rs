//! Pictures: drawn ones, and photographs.

use std::panic::{AssertUnwindSafe, catch_unwind};

use image::GrayImage;
use image::imageops::{self, FilterType};
use rxing::common::{BitMatrix, DetectorRXingResult as _, GlobalHistogramBinarizer};
use rxing::qrcode::cpp_port::{decoder, detector};
use rxing::{BinaryBitmap, Luma8LuminanceSource};

use crate::area::Area;
use crate::dark::dark;
use crate::error::{Error, ErrorKind, Result};
use crate::grey::{brightness, decode};

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
    if let Some(codes) = brightness(bytes).as_ref().and_then(at_a_glance) {
        return Ok(texts(codes));
    }
    let found = codes(&decode(bytes)?);
    if found.is_empty() {
        Err(Error::new(ErrorKind::NoCodeFound, "no QR code was found in the picture"))
    } else {
        Ok(found)
    }
}

/// A QR code, and where it stands: the same text may stand in several places.
pub(crate) struct Code {
    pub(crate) text: String,
    pub(crate) areas: Vec<Area>,
}

/// The texts of every QR code of a picture.
pub(crate) fn codes(picture: &GrayImage) -> Vec<String> {
    texts(placed_codes(picture))
}

fn texts(codes: Vec<Code>) -> Vec<String> {
    codes.into_iter().map(|code| code.text).collect()
}

/// The codes of a photograph, if both of an invoice are read at once and no other is in sight. Whoever gets none here looks again,
/// at the whole.
fn at_a_glance(picture: &GrayImage) -> Option<Vec<Code>> {
    let mut search = Search::new(picture, MOST_ATTEMPTS_AT_A_GLANCE);
    search.glance(picture).then_some(search.found)
}

/// Every QR code of a picture.
pub(crate) fn placed_codes(picture: &GrayImage) -> Vec<Code> {
    // Nothing is drawn on it: an empty page.
    let mut levels = picture.as_raw().iter();
    if levels.next().is_none_or(|first| levels.all(|level| level == first)) {
        return Vec::new();
    }
    let mut search = Search::new(picture, MOST_ATTEMPTS);
    if !search.glance(picture) {
        search.look_closely(picture);
    }
    search.found
}

/// True for what a program drew: black and white, and next to nothing between.
fn is_drawn(picture: &GrayImage) -> bool {
    let levels = picture.as_raw();
    let mut between = 0;
    // A photograph shows itself in its first rows.
    levels.chunks(4096).all(|part| {
        between += part.iter().map(|&level| u16::from((24..232).contains(&level))).sum::<u16>() as usize;
        between * 50 < levels.len()
    })
}

/// Each pixel the mean of four.
fn halved(picture: &GrayImage) -> GrayImage {
    let (width, height) = (picture.width() / 2, picture.height() / 2);
    let mut half = vec![0; width as usize * height as usize];
    let pairs = picture.as_raw().chunks_exact(2 * picture.width() as usize);
    for (pair, half) in pairs.zip(half.chunks_exact_mut(width.max(1) as usize)) {
        let (upper, lower) = pair.split_at(picture.width() as usize);
        for ((half, upper), lower) in half.iter_mut().zip(upper.as_chunks::<2>().0).zip(lower.as_chunks::<2>().0) {
            // Two levels beside each other, as one number: so the compiler takes eight such at once.
            let [upper, lower] = [u16::from_le_bytes(*upper), u16::from_le_bytes(*lower)];
            *half = (((upper & 0xFF) + (upper >> 8) + (lower & 0xFF) + (lower >> 8)) / 4) as u8;
        }
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

/// Likewise, for a first look that may be followed by all others. Both codes of an invoice ask for two, and what may be a corner
/// of something else for some ten more.
const MOST_ATTEMPTS_AT_A_GLANCE: u32 = 400;

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
    fn new(picture: &GrayImage, attempts: u32) -> Self {
        Self { whole: picture.width() as f32, found: Vec::new(), attempts, has_undecoded: false }
    }

    /// The first look, at half the size: a quarter of the pixels is enough for most photographs of an invoice. True if nothing is
    /// left to look for.
    fn glance(&mut self, picture: &GrayImage) -> bool {
        let longest = picture.width().max(picture.height());
        if longest <= WORKING_SIDE / 2 || longest <= WORKING_SIDE && is_drawn(picture) {
            return false;
        }
        let mut half = halved(picture);
        while half.width().max(half.height()) > WORKING_SIDE {
            half = halved(&half);
        }
        // One of these would be made smaller anyway.
        if longest > WORKING_SIDE && is_drawn(&half) {
            return false;
        }
        self.local(&half);
        self.has_both_of_an_invoice() && !self.has_undecoded
    }

    /// All the other looks.
    fn look_closely(&mut self, picture: &GrayImage) {
        let longest = picture.width().max(picture.height());
        let smaller;
        let picture = if longest > WORKING_SIDE {
            smaller = scaled(picture, f64::from(WORKING_SIDE) / f64::from(longest));
            &smaller
        } else {
            picture
        };
        self.local(picture);
        self.global(picture);
        if !self.found.is_empty() && is_drawn(picture) {
            return;
        }
        // Each of these finds codes that the others miss; what was measured stands in `tests/scan.rs`.
        self.local(&imageops::unsharpen(picture, 2.0, 0));
        self.local(&imageops::fast_blur(picture, 0.8));
        let longest = picture.width().max(picture.height());
        if longest <= WORKING_SIDE / 2 {
            self.local(&scaled(picture, 1.5));
        } else {
            self.local(&scaled(picture, 0.5));
        }
        if self.found.is_empty() {
            let mut inverted = picture.clone();
            imageops::invert(&mut inverted);
            self.local(&inverted);
        }
        // Of a screen a camera sees the dots and the gaps between them, until they melt into one another; what is far away is
        // read when it is larger.
        for factor in [0.5, 0.25, 2.0] {
            let side = f64::from(longest) * factor;
            if self.found.is_empty() && (f64::from(SMALLEST_SIDE)..=f64::from(WORKING_SIDE)).contains(&side) {
                self.local(&scaled(picture, factor));
            }
        }
    }

    /// True if KOD I and KOD II are there, by the paths of their links.
    fn has_both_of_an_invoice(&self) -> bool {
        let has = |path: &str| self.found.iter().any(|code| code.text.contains(path));
        has("/invoice/") && has("/certificate/")
    }

    /// What is dark is told from its surroundings.
    fn local(&mut self, picture: &GrayImage) {
        match dark(picture) {
            Some(dark) => self.guarded(|search| search.read(&dark)),
            // In so small a picture nothing is local.
            None => self.global(picture),
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
        let row = dark.getRow(y);
        // The lengths of the last five runs, the newest last, and whether that is dark.
        let (mut runs, mut is_dark, mut x) = ([0; 5], false, 0);
        while x < row.get_size() {
            let end = if is_dark { row.getNextUnset(x) } else { row.getNextSet(x) };
            runs = [runs[1], runs[2], runs[3], runs[4], (end - x) as u32];
            count += usize::from(is_dark && is_corner(runs));
            (is_dark, x) = (!is_dark, end);
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
    use std::io::Cursor;

    use image::codecs::jpeg::JpegEncoder;
    use image::{ImageFormat, RgbImage};
    use proptest::prelude::*;

    use super::*;

    fn fixture(name: &str) -> Vec<u8> {
        std::fs::read(format!("{}/../../fixtures/verify/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
    }

    fn phone() -> RgbImage {
        image::load_from_memory(&fixture("phone.jpg")).unwrap().into_rgb8()
    }

    fn jpeg(picture: &RgbImage) -> Vec<u8> {
        let mut bytes = Vec::new();
        JpegEncoder::new_with_quality(&mut bytes, 80).encode_image(picture).unwrap();
        bytes
    }

    fn sorted(codes: Vec<Code>) -> Vec<String> {
        sorted_texts(texts(codes))
    }

    fn sorted_texts(mut texts: Vec<String>) -> Vec<String> {
        texts.sort();
        texts
    }

    fn glanced(bytes: &[u8]) -> Option<Vec<String>> {
        brightness(bytes).as_ref().and_then(at_a_glance).map(sorted)
    }

    /// What is read without a glance before: all there is.
    fn looked_at_closely(bytes: &[u8]) -> Vec<String> {
        let picture = decode(bytes).unwrap();
        let mut search = Search::new(&picture, MOST_ATTEMPTS);
        search.look_closely(&picture);
        sorted(search.found)
    }

    #[test]
    fn halves_are_means_of_four() {
        let picture = GrayImage::from_fn(5, 3, |x, y| image::Luma([(x * 40 + y * 10) as u8]));
        let half = halved(&picture);
        assert_eq!((half.dimensions(), half.as_raw().as_slice()), ((2, 1), &[25, 105][..]));
        for (width, height) in [(1, 1), (1, 8), (8, 1)] {
            assert_eq!(halved(&GrayImage::new(width, height)).dimensions(), (width / 2, height / 2));
        }
    }

    /// A pixel at a time.
    fn crossings_one_by_one(dark: &BitMatrix) -> usize {
        let mut count = 0;
        for y in (2..dark.height()).step_by(3) {
            let (mut runs, mut is_dark) = ([0; 5], false);
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

    /// Where a glance is enough, a close look finds the same.
    #[test]
    fn a_glance_finds_what_a_close_look_finds() {
        let both = looked_at_closely(&fixture("phone.jpg"));
        assert_eq!((both.len(), glanced(&fixture("phone.jpg"))), (2, Some(both.clone())));
        let phone = phone();
        let dark = jpeg(&imageops::brighten(&imageops::contrast(&phone, -40.0), -40));
        assert_eq!(glanced(&dark), Some(looked_at_closely(&dark)));
        let tilted = imageops::rotate90(&phone);
        let blurred = imageops::fast_blur(&phone, 2.0);
        // As wide as the pictures of phones, a little more than is looked at closely.
        let wide = imageops::resize(&phone, 4032, 2112, FilterType::Triangle);
        for (what, picture) in [("tilted", &tilted), ("blurred", &blurred), ("wide", &wide)] {
            assert_eq!(glanced(&jpeg(picture)), Some(both.clone()), "{what}");
        }
        // Then a close look finds them, or nothing does.
        let coarse = jpeg(&imageops::fast_blur(&phone, 4.0));
        assert_eq!(glanced(&coarse), None);
        assert_eq!(sorted_texts(picture(&coarse).unwrap_or_default()), looked_at_closely(&coarse));
    }

    /// A code that is seen and not read, one that is of something else, one of the two alone.
    #[test]
    fn a_glance_is_not_enough_where_more_may_be_there() {
        let both = glanced(&fixture("phone.jpg")).unwrap();
        let transfer = image::load_from_memory(&fixture("transfer-code.png")).unwrap().into_rgb8();
        let with = |code: &RgbImage| {
            let mut phone = phone();
            let code = imageops::resize(code, 296, 296, FilterType::Triangle);
            imageops::overlay(&mut phone, &code, 700, 400);
            jpeg(&phone)
        };
        let third = picture(&with(&transfer)).unwrap();
        assert_eq!(third.len(), 3);
        assert!(both.iter().all(|text| third.contains(text)));
        let mut blotted = transfer.clone();
        for (x, y) in (46..110).flat_map(|y| (46..110).map(move |x| (x, y))) {
            blotted.get_pixel_mut(x, y).0 = transfer.get_pixel(x, y).0.map(|level| 255 - level);
        }
        assert_eq!(glanced(&with(&blotted)), None);
        assert_eq!(sorted_texts(picture(&with(&blotted)).unwrap()), both);
        let mut one = phone();
        imageops::replace(&mut one, &RgbImage::from_pixel(1000, 1100, image::Rgb([200; 3])), 1000, 0);
        assert_eq!(glanced(&jpeg(&one)), None);
        assert_eq!(picture(&jpeg(&one)).unwrap(), [both[1].as_str()]);
    }

    /// Red on green, as bright as each other: colours alone tell them apart, and are looked at after a glance in vain.
    #[test]
    fn codes_in_colours_of_one_brightness_are_read() {
        let drawn = image::load_from_memory(&fixture("qrencode.png")).unwrap().into_luma8();
        let coloured = RgbImage::from_fn(2200, 2200, |x, y| {
            let is_dark = drawn.get_pixel_checked(x / 11, y / 11).is_some_and(|level| level.0[0] < 128);
            image::Rgb(if is_dark { [255, 0, 0] } else { [0, 130, 0] })
        });
        assert_eq!(glanced(&jpeg(&coloured)), None);
        assert_eq!(picture(&jpeg(&coloured)).unwrap().len(), 1);
    }

    #[test]
    fn only_photographs_in_colour_are_decoded_without_their_colours() {
        assert!(brightness(&fixture("photo.jpg")).is_none(), "it is grey");
        assert!(brightness(&fixture("qrencode.png")).is_none(), "it is a PNG");
        let mut png = Cursor::new(Vec::new());
        phone().write_to(&mut png, ImageFormat::Png).unwrap();
        assert_eq!(sorted(placed_codes(&decode(png.get_ref()).unwrap())), glanced(&fixture("phone.jpg")).unwrap());
    }

    proptest! {
        #[test]
        fn crossings_are_counted_run_by_run(width in 1_u32..200, runs in prop::collection::vec(1_u32..9, 100..400)) {
            let mut dark = BitMatrix::new(width, 9).unwrap();
            let mut pixels = (0..9).flat_map(|y| (0..width).map(move |x| (x, y)));
            let mut is_dark = false;
            // Now and then as at the corner of a code.
            for run in runs.into_iter().flat_map(|run| if run == 8 { vec![2, 2, 6, 2, 2] } else { vec![run] }) {
                pixels.by_ref().take(run as usize).filter(|_| is_dark).for_each(|(x, y)| dark.set(x, y));
                is_dark = !is_dark;
            }
            prop_assert_eq!(crossings(&dark), crossings_one_by_one(&dark));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]

        /// Whatever a damaged file is taken for, no code is read that is not there.
        #[test]
        fn damaged_photographs_are_answered(at: prop::sample::Index, byte: u8, cut: Option<prop::sample::Index>) {
            let mut bytes = fixture("phone.jpg");
            let both = glanced(&bytes).unwrap();
            // The tables more often than what stands after them.
            let at = at.index(bytes.len());
            let at = if at % 2 == 0 { at } else { at % 700 };
            bytes[at] = byte;
            if let Some(cut) = cut {
                bytes.truncate(cut.index(bytes.len()));
            }
            prop_assert!(glanced(&bytes).is_none_or(|found| found == both));
        }
    }
}
