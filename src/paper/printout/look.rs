use std::str::FromStr;

use krilla::geom::Size;
use krilla::image::Image;
use krilla::page::PageSettings;

use super::page::Style;
use crate::error::{Error, Kind, Result};

/// How a firm wants its invoices to look: its logo, a colour, a note, a footer. None of it is the invoice's.
///
/// ```
/// use ksef_qr::paper::Look;
///
/// let look = Look::default().accent("#1f4e79".parse()?).note("Dziękujemy za zakupy.")?;
/// # Ok::<(), ksef_qr::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Look {
    pub(super) logo: Option<Logo>,
    pub(super) accent: Option<Colour>,
    pub(super) note: String,
    pub(super) footer: String,
}

/// A note is a paragraph or a few, a footer three lines at most.
const LONGEST_NOTE: usize = 2000;
const LONGEST_FOOTER: usize = 400;

impl Look {
    /// With a logo, at the top of the first page.
    #[must_use]
    pub fn logo(self, logo: Logo) -> Self {
        Self { logo: Some(logo), ..self }
    }

    /// With a colour for titles, headings and lines.
    #[must_use]
    pub fn accent(self, accent: Colour) -> Self {
        Self { accent: Some(accent), ..self }
    }

    /// With a note after all that stands in the invoice.
    ///
    /// # Errors
    /// `setting_malformed` for one of more than 2000 characters, or with control characters.
    pub fn note(self, note: &str) -> Result<Self> {
        Ok(Self { note: text("note", note, LONGEST_NOTE)?, ..self })
    }

    /// With a footer on each page, of three lines at most.
    ///
    /// # Errors
    /// `setting_malformed` for one of more than 400 characters or three lines, or with control characters.
    pub fn footer(self, footer: &str) -> Result<Self> {
        let footer = text("footer", footer, LONGEST_FOOTER)?;
        let lines = footer_lines(&footer, super::page::INNER).len();
        if lines > 3 {
            return Err(refuse(format!("the footer takes {lines} lines, and there is room for 3")));
        }
        Ok(Self { footer, ..self })
    }
}

/// How a footer is set.
pub(super) const FOOTER: Style = Style::new(false, 7.0, super::page::Ink::Grey);

pub(super) fn footer_lines(footer: &str, width: f32) -> Vec<String> {
    let lines = FOOTER.typeface().lines(footer, width / FOOTER.size);
    lines.into_iter().filter(|line| !line.is_empty()).collect()
}

fn text(what: &str, text: &str, longest: usize) -> Result<String> {
    let text = text.trim();
    let count = text.chars().count();
    if count > longest {
        return Err(refuse(format!("the {what} has {count} characters, and {longest} are the most")));
    }
    if text.chars().any(|character| character.is_control() && character != '\n') {
        return Err(refuse(format!("the {what} holds a control character")));
    }
    Ok(text.to_owned())
}

fn refuse(why: impl Into<String>) -> Error {
    Error::new(Kind::SettingMalformed, why)
}

/// A colour that can be read on white: its contrast is 4.5 to 1 at least (WCAG 2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour([u8; 3]);

impl Colour {
    pub(super) fn channels(self) -> [u8; 3] {
        self.0
    }
}

/// `#1f4e79`
impl FromStr for Colour {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let is_hexadecimal = |digits: &&str| digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let digits = text.strip_prefix('#').filter(is_hexadecimal);
        let channel = |place: usize| u8::from_str_radix(digits?.get(2 * place..2 * place + 2)?, 16).ok();
        let (Some(red), Some(green), Some(blue)) = (channel(0), channel(1), channel(2)) else {
            return Err(refuse(format!("{text:?} is not a colour: write it as \"#1f4e79\"")));
        };
        let channels = [red, green, blue];
        let contrast = contrast_on_white(channels);
        if contrast < 4.5 {
            let message = format!(
                "the colour {text} is too light to be read on white paper: its contrast is {contrast:.1} to 1, and 4.5 is the least"
            );
            return Err(refuse(message));
        }
        Ok(Self(channels))
    }
}

/// By the relative luminance of WCAG 2.2.
fn contrast_on_white(channels: [u8; 3]) -> f64 {
    let linear = |channel: u8| {
        let value = f64::from(channel) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    let [red, green, blue] = channels.map(linear);
    1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)
}

/// A picture, PNG or JPEG.
#[derive(Clone)]
pub struct Logo {
    pub(super) image: Image,
    /// In points.
    pub(super) size: [f32; 2],
}

/// As large as they are on any paper, in bytes and in pixels. What is larger makes each PDF as large.
const LARGEST: usize = 1_000_000;
const MOST_PIXELS: u64 = 2_000_000;

/// The heights that a logo may have, in millimetres.
const HEIGHTS: std::ops::RangeInclusive<f32> = 5.0..=30.0;

/// No logo is wider than this, in points: 70 mm.
const WIDEST: f32 = 198.0;

impl Logo {
    /// The height of a logo if nothing else is said, in millimetres.
    pub const HEIGHT_MM: f32 = 16.0;

    /// Reads a picture, which is to be drawn `height_mm` high, 5 to 30, or lower if it is wider than 70 mm then.
    ///
    /// # Errors
    /// `setting_malformed` for what is neither PNG nor JPEG, damaged, of more than 1 MB or 2 million pixels, in CMYK; for another height.
    pub fn new(bytes: Vec<u8>, height_mm: f32) -> Result<Self> {
        if !HEIGHTS.contains(&height_mm) {
            return Err(refuse(format!("a logo is 5 to 30 mm high, not {height_mm}")));
        }
        if bytes.len() > LARGEST {
            return Err(refuse(format!("the logo has {} bytes, and {LARGEST} are the most", bytes.len())));
        }
        let start = bytes.get(..512).unwrap_or(&bytes);
        let is_svg = memchr::memmem::find(start, b"<svg").is_some() || start.starts_with(b"<?xml");
        let (is_png, is_jpeg) = (bytes.starts_with(b"\x89PNG\r\n\x1a\n"), bytes.starts_with(b"\xff\xd8\xff"));
        let pixels = if is_png { png_size(&bytes) } else { jpeg_size(&bytes) };
        let (width, height) = match pixels {
            _ if is_svg => return Err(refuse("the logo is SVG: save it as PNG, 600 pixels wide or more")),
            _ if !is_png && !is_jpeg => return Err(refuse("the logo is neither PNG nor JPEG")),
            Some((width, height)) if width > 0 && height > 0 => (width, height),
            _ => return Err(refuse("the logo is damaged: it does not say its size, or is in CMYK; save it as PNG")),
        };
        let count = u64::from(width) * u64::from(height);
        if count > MOST_PIXELS {
            return Err(refuse(format!(
                "the logo has {count} pixels, and {MOST_PIXELS} are the most: save it smaller"
            )));
        }
        let damaged = |why: String| refuse(format!("the logo is damaged: {why}"));
        let read = if is_png { Image::from_png } else { Image::from_jpeg };
        let image = read(bytes.into(), false).map_err(damaged)?;
        draw_once(&image).map_err(damaged)?;
        let ratio = width as f32 / height as f32;
        let high = height_mm * 72.0 / 25.4;
        let size = if high * ratio > WIDEST { [WIDEST, WIDEST / ratio] } else { [high * ratio, high] };
        Ok(Self { image, size })
    }
}

impl std::fmt::Debug for Logo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Logo").field("size", &self.size).finish_non_exhaustive()
    }
}

/// What is wrong with a picture shows when it is written into a PDF.
fn draw_once(image: &Image) -> std::result::Result<(), String> {
    let mut document = krilla::Document::new();
    let (Some(settings), Some(size)) = (PageSettings::from_wh(9.0, 9.0), Size::from_wh(9.0, 9.0)) else {
        return Ok(());
    };
    let mut page = document.start_page_with(settings);
    let mut surface = page.surface();
    surface.draw_image(image.clone(), size);
    surface.finish();
    page.finish();
    document.finish().map(drop).map_err(|error| format!("{error:?}").chars().take(80).collect())
}

/// Of its first chunk, which is read before anything is unpacked.
fn png_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let number = |from: usize| Some(u32::from_be_bytes(bytes.get(from..from + 4)?.try_into().ok()?));
    (bytes.get(12..16)? == b"IHDR").then_some(())?;
    Some((number(16)?, number(20)?))
}

/// Of the frame's header. None for a picture of four channels: its colours are for printing machines, not for a PDF/A.
fn jpeg_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut place = 2;
    loop {
        let [0xff, marker] = *bytes.get(place..place + 2)? else { return None };
        let number = |from: usize| Some(u16::from_be_bytes(bytes.get(from..from + 2)?.try_into().ok()?));
        match marker {
            0xff => place += 1,
            0x01 | 0xd0..=0xd8 => place += 2,
            // Start of frame, but for the markers that stand among them: DHT, JPG, DAC.
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                let channels = *bytes.get(place + 9)?;
                return (channels != 4).then_some((number(place + 7)?.into(), number(place + 5)?.into()));
            }
            _ => place += 2 + usize::from(number(place + 2)?).max(2),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, width, height);
        encoder.set_color(png::ColorType::Rgba);
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(&vec![90; 4 * width as usize * height as usize]).unwrap();
        drop(writer);
        bytes
    }

    fn refused(bytes: Vec<u8>) -> String {
        let error = Logo::new(bytes, 16.0).unwrap_err();
        assert_eq!(error.code(), "setting_malformed");
        error.message().to_owned()
    }

    #[test]
    fn logos() {
        let logo = Logo::new(png(40, 20), 10.0).unwrap();
        assert!((logo.size[1] - 28.35).abs() < 0.01 && (logo.size[0] - 56.69).abs() < 0.01, "{logo:?}");
        assert!(Logo::new(png(2000, 20), 30.0).unwrap().size[0] <= WIDEST);
        let cut = png(40, 20);
        let cut = cut[..cut.len() - 30].to_vec();
        for (bytes, why) in [
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(), "SVG"),
            (b"GIF89a".to_vec(), "neither PNG nor JPEG"),
            (Vec::new(), "neither PNG nor JPEG"),
            (cut, "damaged"),
            (b"\xff\xd8\xff\xe0\0\x10".to_vec(), "damaged"),
            (b"\xff\xd8\xff\xc0\0\x11\x08\0\x10\0\x10\x04".to_vec(), "CMYK"),
            (png(2000, 1001), "pixels"),
            (vec![0; LARGEST + 1], "bytes"),
        ] {
            let message = refused(bytes);
            assert!(message.contains(why), "{message} without {why}");
        }
        // It says that it is a hundred times as large as it is.
        let mut bomb = png(40, 20);
        bomb[16..20].copy_from_slice(&40_000_u32.to_be_bytes());
        assert!(refused(bomb).contains("damaged"));
        assert!(Logo::new(png(4, 4), 4.0).is_err() && Logo::new(png(4, 4), f32::NAN).is_err());
    }

    #[test]
    fn colours_and_texts() {
        assert_eq!("#1f4e79".parse::<Colour>().unwrap().channels(), [0x1f, 0x4e, 0x79]);
        for text in ["1f4e79", "#1f4e7", "#1f4e7g", "#ąąą", "navy", "#ffcc00", "#+1+1+1"] {
            assert_eq!(text.parse::<Colour>().unwrap_err().code(), "setting_malformed", "{text}");
        }
        let look = Look::default();
        assert!(look.clone().note(&"a".repeat(2001)).is_err() && look.clone().note("a\u{7}").is_err());
        assert!(look.clone().footer("1\n2\n3\n4").is_err() && look.footer("1\n2\n3").is_ok());
    }
}
