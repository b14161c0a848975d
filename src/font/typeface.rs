use std::sync::OnceLock;

use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider};

/// A bundled font: a part of Roboto, Apache-2.0 (`font/README.md`). Latin with its extensions, Greek, Cyrillic.
pub(crate) struct Typeface {
    /// What the font calls itself.
    pub(super) name: &'static str,
    /// The font file.
    pub(super) file: &'static [u8],
    /// The thickness of its stems in thousandths of an em, as a PDF wants to know.
    pub(super) stem: f32,
    /// By character.
    glyphs: Vec<Glyph>,
    pub(super) metrics: Metrics,
}

/// What one character looks like.
#[derive(Clone, Copy)]
pub(super) struct Glyph {
    pub(super) character: char,
    /// Its number in the font file.
    pub(super) id: u16,
    /// How far the pen moves on, in thousandths of an em. A PDF says it in these, so texts are measured in them.
    pub(super) advance: u16,
}

/// In thousandths of an em, upwards from the baseline.
#[derive(Default)]
pub(super) struct Metrics {
    pub(super) ascent: f32,
    pub(super) descent: f32,
    pub(super) cap_height: f32,
    /// Left, bottom, right and top of the box that holds every glyph.
    pub(super) bounds: [f32; 4],
}

/// What stands for a character that the font lacks.
const REPLACEMENT: char = '\u{fffd}';

impl Typeface {
    /// Roboto Regular.
    pub(crate) fn regular() -> &'static Self {
        static REGULAR: OnceLock<Typeface> = OnceLock::new();
        let file = include_bytes!("font/Roboto-Regular.subset.ttf");
        REGULAR.get_or_init(|| Self::read("Roboto-Regular", file, 86.0))
    }

    /// Roboto Bold.
    pub(crate) fn bold() -> &'static Self {
        static BOLD: OnceLock<Typeface> = OnceLock::new();
        let file = include_bytes!("font/Roboto-Bold.subset.ttf");
        BOLD.get_or_init(|| Self::read("Roboto-Bold", file, 150.0))
    }

    /// The width of a line in em.
    pub(crate) fn width(&self, text: &str) -> f32 {
        self.glyphs(text).map(|glyph| u32::from(glyph.advance)).sum::<u32>() as f32 / 1000.0
    }

    /// How far letters rise above the baseline, in em: room for capitals with accents.
    pub(crate) fn ascent(&self) -> f32 {
        self.metrics.ascent / 1000.0
    }

    /// How far letters reach below the baseline, in em, as a positive number.
    pub(crate) fn descent(&self) -> f32 {
        -self.metrics.descent / 1000.0
    }

    /// What a line is written with. White space of any kind is a space, characters without a look of their own are
    /// left out, and for a character that the font lacks there is the replacement.
    pub(super) fn glyphs<'a>(&'a self, text: &'a str) -> impl Iterator<Item = Glyph> + 'a {
        text.chars().filter(|&character| !is_invisible(character)).filter_map(|character| {
            let shown = if character.is_whitespace() { ' ' } else { character };
            self.glyph(shown).or_else(|| self.glyph(REPLACEMENT))
        })
    }

    /// A character, if the font has it.
    pub(super) fn glyph(&self, character: char) -> Option<Glyph> {
        let place = self.glyphs.binary_search_by_key(&character, |glyph| glyph.character).ok()?;
        self.glyphs.get(place).copied()
    }

    /// Reads a font file. From a file that is none comes a typeface without letters; the bundled ones are fonts, a
    /// test says so.
    fn read(name: &'static str, file: &'static [u8], stem: f32) -> Self {
        let none = || Self { name, file, stem, glyphs: Vec::new(), metrics: Metrics::default() };
        let Ok(font) = FontRef::new(file) else {
            return none();
        };
        let (size, location) = (Size::new(1000.0), LocationRef::default());
        let widths = font.glyph_metrics(size, location);
        let mut glyphs: Vec<Glyph> = font
            .charmap()
            .mappings()
            .filter_map(|(code, id)| {
                Some(Glyph {
                    character: char::from_u32(code)?,
                    id: u16::try_from(id.to_u32()).ok()?,
                    advance: widths.advance_width(id)?.round() as u16,
                })
            })
            .collect();
        glyphs.sort_by_key(|glyph| glyph.character);
        let read = font.metrics(size, location);
        let bounds = read.bounds.map(|bounds| [bounds.x_min, bounds.y_min, bounds.x_max, bounds.y_max]);
        let metrics = Metrics {
            ascent: read.ascent.round(),
            descent: read.descent.round(),
            cap_height: read.cap_height.unwrap_or(read.ascent).round(),
            bounds: bounds.unwrap_or_default().map(f32::round),
        };
        Self { name, file, stem, glyphs, metrics }
    }
}

/// Soft hyphens, joiners, marks of direction and variation, a byte order mark: nothing is drawn for them.
fn is_invisible(character: char) -> bool {
    matches!(character, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}
