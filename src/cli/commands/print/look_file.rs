//! The file with a firm's logo, colour, note and footer.
//!
//! ```toml
//! logo = "logo.png"
//! logo_height_mm = 16
//! accent = "#1f4e79"
//! note = "Dziękujemy za zakupy."
//! footer = "Żółw Sp. z o.o. · KRS 0000000000 · kapitał zakładowy 5 000 zł"
//! ```

use std::path::{Path, PathBuf};

use ksef_qr::error::{Error, ErrorKind};
use ksef_qr::paper::{Logo, Look};
use toml_edit::{Document, Item};

use crate::cli::read::read;

const LARGEST_FILE: u64 = 64_000;
const LARGEST_LOGO: u64 = 1_000_000;

/// Reads it, and the logo that it names.
///
/// # Errors
/// `look_malformed`; those of reading a file.
pub fn read_look(path: &Path) -> anyhow::Result<Look> {
    let mut bytes = Vec::new();
    read(path, LARGEST_FILE, &mut bytes)?;
    let about = |error: Error| error.about(path.to_string_lossy());
    let text = String::from_utf8(bytes).map_err(|_| about(malformed("it is not UTF-8")))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let (mut look, logo) = look_of(text).map_err(about)?;
    if let Some((logo, height_mm)) = logo {
        let place = path.parent().unwrap_or(Path::new("")).join(logo);
        let mut picture = Vec::new();
        read(&place, LARGEST_LOGO, &mut picture)?;
        let logo = Logo::new(picture, height_mm);
        look = look.logo(logo.map_err(|error| malformed(error.message()).about(place.to_string_lossy()))?);
    }
    Ok(look)
}

/// The looks that a text says, and where the logo is and how high.
fn look_of(text: &str) -> Result<(Look, Option<(PathBuf, f32)>), Error> {
    let document: Document<&str> = Document::parse(text).map_err(|error| {
        let line = line_at(text, error.span().map_or(0, |span| span.start));
        let error = error.message();
        malformed(&format!("line {line}: {error}"))
    })?;
    let mut look = Look::default();
    let (mut logo, mut height_mm) = (None, None);
    for (key, item) in document.iter() {
        let line = line_at(text, item.span().map_or(0, |span| span.start));
        let wrong = |what: &str| malformed(&format!("line {line}: {what}"));
        let said = || item.as_str().ok_or_else(|| wrong(&format!("{key} is a text in quotes")));
        let refused = |error: Error| wrong(error.message());
        match key {
            "logo" => logo = Some(PathBuf::from(said()?)),
            "logo_height_mm" => {
                let height = number(item).filter(|height| (5.0..=30.0).contains(height));
                height_mm = Some(height.ok_or_else(|| wrong("logo_height_mm is a number, 5 to 30"))? as f32);
            }
            "accent" => look = look.accent(said()?.parse().map_err(refused)?),
            "note" => look = look.note(said()?).map_err(refused)?,
            "footer" => look = look.footer(said()?).map_err(refused)?,
            other => {
                return Err(wrong(&format!(
                    "{other:?} is not known here; there are logo, logo_height_mm, accent, note and footer"
                )));
            }
        }
    }
    if logo.is_none() && height_mm.is_some() {
        return Err(malformed("it has logo_height_mm, and no logo"));
    }
    Ok((look, logo.map(|logo| (logo, height_mm.unwrap_or(Logo::HEIGHT_MM)))))
}

fn number(item: &Item) -> Option<f64> {
    item.as_float().or_else(|| item.as_integer().map(|number| number as f64))
}

/// Lines are counted from 1.
fn line_at(text: &str, position: usize) -> usize {
    1 + text.bytes().take(position).filter(|&byte| byte == b'\n').count()
}

fn malformed(why: &str) -> Error {
    Error::new(ErrorKind::LookMalformed, why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_it_says() {
        let (_, logo) = look_of("").unwrap();
        assert_eq!(logo, None);
        let (_, logo) = look_of("logo = 'a/b.png'\nlogo_height_mm = 12\naccent = \"#1f4e79\"\nnote = 'x'").unwrap();
        assert_eq!(logo, Some((PathBuf::from("a/b.png"), 12.0)));
    }

    #[test]
    fn mistakes_are_named_by_their_line() {
        for (text, why) in [
            ("accent = \"#1f4e79\"\nlogos = 'a'", "line 2: \"logos\" is not known here"),
            ("\naccent = '#ffffff'", "line 2: the colour #ffffff is too light"),
            ("note = 5", "line 1: note is a text in quotes"),
            ("[logo]\nfile = 'a'", "logo is a text in quotes"),
            ("logo_height_mm = 50", "line 1: logo_height_mm is a number, 5 to 30"),
            ("logo_height_mm = 10", "and no logo"),
            ("footer = '1\n2'", "line "),
            ("footer = '''1\n2\n3\n4'''", "line 1: the footer takes 4 lines"),
        ] {
            let error = look_of(text).unwrap_err();
            assert_eq!(error.code(), "look_malformed");
            assert!(error.message().contains(why), "{}", error.message());
        }
    }
}
