//! Pictures that are right without being read: byte for byte those that this program draws for their link.

use super::manifest::ManifestPicture;
use crate::error::CheckCode;
use crate::qr::EccLevel;
use crate::render::{Code, Label, PictureFormat, Renderer, Style};
use crate::verify::report::Check;

/// Draws what a manifest's pictures should be, and compares. To draw one takes a hundredth of the time that it takes to read one,
/// and says more: the label under the code is right as well.
///
/// It begins with the settings of the pictures before: those of one run are alike.
pub struct Redraw {
    renderer: Renderer,
    level: EccLevel,
}

impl Default for Redraw {
    fn default() -> Self {
        Self { renderer: Renderer::new(Style::default()), level: EccLevel::M }
    }
}

impl Redraw {
    /// The check of a picture that is as this program draws it. None of any other picture and of documents: these have to be
    /// read.
    pub fn check(&mut self, picture: &ManifestPicture, bytes: &[u8]) -> Option<Check> {
        let (Some(label), [url]) = (&picture.label, &picture.urls[..]) else { return None };
        let format = format_of(bytes)?;
        let is_alike = self.draws(format, url, label, bytes)
            || guesses(bytes, url, label).into_iter().any(|(style, level)| {
                if style != self.renderer.style() {
                    self.renderer = Renderer::new(style);
                }
                self.level = level;
                self.draws(format, url, label, bytes)
            });
        is_alike.then(|| {
            let reason = format!("{} is the picture of its link, byte for byte", picture.name);
            Check::ok(CheckCode::ManifestPicture, reason)
        })
    }

    fn draws(&mut self, format: PictureFormat, url: &str, label: &Label, bytes: &[u8]) -> bool {
        Code::new(url, label.clone(), self.level).is_ok_and(|code| self.renderer.render(format, &code) == bytes)
    }
}

fn format_of(bytes: &[u8]) -> Option<PictureFormat> {
    let begins = |with: &[u8]| bytes.starts_with(with);
    match () {
        () if begins(PNG) => Some(PictureFormat::Png),
        () if begins(b"<") => Some(PictureFormat::Svg),
        () if begins(b"%PDF") => Some(PictureFormat::Pdf),
        () => None,
    }
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// The settings by which a PNG may have been drawn, by what its first chunks say: its size, and pixels a metre.
fn guesses(bytes: &[u8], url: &str, label: &Label) -> Vec<(Style, EccLevel)> {
    let number = |at: usize| Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    // The signature, the header of 25 bytes, and the resolution.
    let says = || {
        let chunks = [bytes.get(..8)?, bytes.get(12..16)?, bytes.get(37..41)?];
        let size = (number(16)?, number(20)?);
        (chunks == [PNG, b"IHDR", b"pHYs"]).then_some((size, number(41)?))
    };
    let Some((size, per_metre)) = says() else { return Vec::new() };
    let dpi = (f64::from(per_metre) * 0.0254).round() as u32;
    let guess = |level: EccLevel| {
        let code = Code::new(url, label.clone(), level).ok()?;
        let mut styles = Style::MODULE_PX.filter_map(|module_px| Style::new(module_px, dpi).ok());
        Some((styles.find(|style| code.picture_size(*style) == size)?, level))
    };
    EccLevel::ALL.into_iter().filter_map(guess).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str =
        "https://qr-test.ksef.mf.gov.pl/invoice/5265877635/15-06-2026/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    fn picture(label: Option<Label>) -> ManifestPicture {
        let (name, urls) = ("f.png".to_owned(), vec![URL.to_owned()]);
        ManifestPicture { name, embedded: None, urls, label, is_document: false }
    }

    fn drawn(format: PictureFormat, style: Style, level: EccLevel, url: &str, label: Label) -> Vec<u8> {
        Renderer::new(style).render(format, &Code::new(url, label, level).unwrap())
    }

    #[test]
    fn every_style_of_a_png_is_found_and_kept_for_the_other_formats() {
        let mut redraw = Redraw::default();
        for (module_px, dpi) in [(1, 50), (2, 203), (3, 300), (6, 300), (8, 600), (64, 2400)] {
            for level in EccLevel::ALL {
                let style = Style::new(module_px, dpi).unwrap();
                for format in [PictureFormat::Png, PictureFormat::Svg, PictureFormat::Pdf] {
                    let bytes = drawn(format, style, level, URL, Label::OFFLINE);
                    let found = redraw.check(&picture(Some(Label::OFFLINE)), &bytes);
                    assert!(found.is_some(), "{format:?} {style:?} {level:?}");
                }
            }
        }
    }

    #[test]
    fn one_byte_one_letter_or_one_sign_more_and_it_has_to_be_read() {
        let mut redraw = Redraw::default();
        let (style, level) = (Style::default(), EccLevel::M);
        for &format in PictureFormat::ALL {
            let right = drawn(format, style, level, URL, Label::OFFLINE);
            let mut is_right = |bytes: &[u8]| redraw.check(&picture(Some(Label::OFFLINE)), bytes).is_some();
            assert!(is_right(&right));
            for at in 0..right.len() {
                let mut flipped = right.clone();
                flipped[at] ^= 1 << (at % 8);
                assert!(!is_right(&flipped), "{format:?}, byte {at}");
            }
            assert!(!is_right(&right[..right.len() - 1]) && !is_right(&[&right[..], b"\n"].concat()) && !is_right(b""));
            let other_url = URL.replace("15-06", "16-06");
            assert!(!is_right(&drawn(format, style, level, &other_url, Label::OFFLINE)));
            assert!(!is_right(&drawn(format, style, level, URL, Label::CERTYFIKAT)));
            assert!(redraw.check(&picture(None), &right).is_none());
        }
    }
}
