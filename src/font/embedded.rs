use pdf_writer::types::{CidFontType, FontFlags, SystemInfo};
use pdf_writer::{Chunk, Filter, Finish, Name, Rect, Ref, Str};
use skrifa::FontRef;
use skrifa::raw::TableProvider;
use subsetter::{GlyphRemapper, subset};

use super::deflated;
use super::to_unicode::to_unicode;
use super::typeface::{Glyph, Typeface};

/// The letters of a typeface that one document uses, and the objects that hold them.
///
/// Texts are encoded while the pages are written, and the font is written once, at the end.
pub(crate) struct EmbeddedFont {
    typeface: &'static Typeface,
    numbers: GlyphRemapper,
    /// What has been used: glyph 1 is the first.
    used: Vec<Glyph>,
}

impl EmbeddedFont {
    /// How many objects [`write`](Self::write) writes.
    pub(crate) const OBJECTS: i32 = 6;

    /// Begins with no letters.
    pub(crate) fn new(typeface: &'static Typeface) -> Self {
        Self { typeface, numbers: GlyphRemapper::new(), used: Vec::new() }
    }

    /// A line as a string for the operator `Tj`: glyph numbers of two bytes each.
    pub(crate) fn encode(&mut self, text: &str) -> Vec<u8> {
        let mut encoded = Vec::with_capacity(2 * text.len());
        for glyph in self.typeface.glyphs(text) {
            let number = self.numbers.remap(glyph.id);
            if usize::from(number) > self.used.len() {
                self.used.push(glyph);
            }
            encoded.extend(number.to_be_bytes());
        }
        encoded
    }

    /// True once a letter was encoded.
    pub(crate) fn is_used(&self) -> bool {
        !self.used.is_empty()
    }

    /// Writes the font: a composite font under `first`, which pages name, and what belongs to it under the five
    /// numbers after. PDF/A-conform: embedded, with a map to Unicode and a list of its glyphs.
    pub(crate) fn write(&self, chunk: &mut Chunk, first: Ref) {
        for (_, object) in self.objects(first) {
            chunk.extend(&object);
        }
    }

    /// The same objects one by one, for who keeps a table of where they begin.
    pub(crate) fn objects(&self, first: Ref) -> [(Ref, Chunk); Self::OBJECTS as usize] {
        let number = |more| Ref::new(first.get() + more);
        let (descendant, descriptor, file, cmap, glyphs) = (number(1), number(2), number(3), number(4), number(5));
        let name = format!("{}+{}", self.tag(), self.typeface.name);
        let name = Name(name.as_bytes());
        // The bundled fonts can be cut; a test does it with all their letters. A font that could not be would be
        // embedded empty, and its text stay findable.
        let letters = subset(self.typeface.file, 0, &self.numbers).unwrap_or_default();
        [
            (first, composite(first, name, descendant, cmap)),
            (descendant, self.descendant(descendant, name, descriptor)),
            (descriptor, self.descriptor(descriptor, name, file, glyphs)),
            (file, outlines(file, &letters)),
            (cmap, self.cmap(cmap)),
            (glyphs, cid_set(glyphs, &letters)),
        ]
    }

    fn descendant(&self, number: Ref, name: Name<'_>, descriptor: Ref) -> Chunk {
        let mut chunk = Chunk::new();
        let mut font = chunk.cid_font(number);
        font.subtype(CidFontType::Type2)
            .base_font(name)
            .system_info(SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 })
            .font_descriptor(descriptor)
            .default_width(0.0)
            .cid_to_gid_map_predefined(Name(b"Identity"));
        font.widths().consecutive(1, self.used.iter().map(|glyph| f32::from(glyph.advance)));
        font.finish();
        chunk
    }

    fn descriptor(&self, number: Ref, name: Name<'_>, file: Ref, glyphs: Ref) -> Chunk {
        let mut chunk = Chunk::new();
        let metrics = &self.typeface.metrics;
        let [left, bottom, right, top] = metrics.bounds;
        chunk
            .font_descriptor(number)
            .name(name)
            // Its numbers are its own, no standard encoding.
            .flags(FontFlags::SYMBOLIC)
            .bbox(Rect::new(left, bottom, right, top))
            .italic_angle(0.0)
            .ascent(metrics.ascent)
            .descent(metrics.descent)
            .cap_height(metrics.cap_height)
            .stem_v(self.typeface.stem)
            .font_file2(file)
            .cid_set(glyphs);
        chunk
    }

    fn cmap(&self, number: Ref) -> Chunk {
        let characters: Vec<char> = self.used.iter().map(|glyph| glyph.character).collect();
        let mut chunk = Chunk::new();
        chunk.stream(number, &deflated(to_unicode(&characters).as_bytes())).filter(Filter::FlateDecode);
        chunk
    }

    /// Six capitals that tell parts of one font apart (ISO 32000-1, 9.6.4): the same for the same letters.
    fn tag(&self) -> String {
        let mut hash = crc32fast::Hasher::new();
        for glyph in &self.used {
            hash.update(&glyph.id.to_be_bytes());
        }
        let mut rest = hash.finalize();
        let mut letter = || {
            let letter = char::from(b'A' + (rest % 26) as u8);
            rest /= 26;
            letter
        };
        (0..6).map(|_| letter()).collect()
    }
}

/// The letters' outlines: a font file.
fn outlines(number: Ref, letters: &[u8]) -> Chunk {
    let mut chunk = Chunk::new();
    chunk.stream(number, &deflated(letters)).filter(Filter::FlateDecode).pair(Name(b"Length1"), letters.len() as i32);
    chunk
}

/// A bit for each glyph of the font file (ISO 32000-1, table 124), from the highest bit of the first byte on: also for
/// those that letters are composed of, and for that of missing ones. PDF/A-1 asks for it (ISO 19005-1, 6.3.5); later
/// parts ask that it be complete where it is present (ISO 19005-2 and 19005-3, 6.2.11.4.2).
fn cid_set(number: Ref, letters: &[u8]) -> Chunk {
    let glyphs = FontRef::new(letters).and_then(|font| font.maxp()).map_or(0, |table| table.num_glyphs());
    let mut bits = vec![0xff; usize::from(glyphs / 8)];
    if glyphs % 8 > 0 {
        bits.push(!(0xff >> (glyphs % 8)));
    }
    let mut chunk = Chunk::new();
    chunk.stream(number, &bits);
    chunk
}

fn composite(number: Ref, name: Name<'_>, descendant: Ref, cmap: Ref) -> Chunk {
    let mut chunk = Chunk::new();
    chunk
        .type0_font(number)
        .base_font(name)
        .encoding_predefined(Name(b"Identity-H"))
        .descendant_font(descendant)
        .to_unicode(cmap);
    chunk
}
