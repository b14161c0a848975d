use std::cell::RefCell;
use std::fmt::Write;
use std::rc::Rc;

use subsetter::{GlyphRemapper, subset};

use super::typeface::{Glyph, Typeface};
use crate::pdf_objects::{Dict, Id, NewObject, Object, deflated, write};

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
    /// How many objects [`objects`](Self::objects) gives.
    pub(crate) const OBJECTS: u32 = 6;

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

    /// Writes a line as the operand and the operator that show it.
    pub(crate) fn push_text(&mut self, content: &mut String, text: &str) {
        write::show(content, self.encode(text).into_iter());
    }

    /// The font: a composite font under `first`, which pages name, and what belongs to it under the five numbers after.
    /// PDF/A-conform: embedded, with a map to Unicode and a list of its glyphs.
    pub(crate) fn objects(&self, first: Id) -> [NewObject; Self::OBJECTS as usize] {
        let [descendant, descriptor, file, cmap, glyphs] = [1, 2, 3, 4, 5].map(|more| first.after(more));
        let name = Object::name(&format!("{}+{}", self.tag(), self.typeface.name));
        let parts = self.parts();
        let length = Dict::default().with("Length1", parts.length as i64);
        [
            NewObject::dict(first, composite(name.clone(), descendant, cmap)),
            NewObject::dict(descendant, self.descendant(name.clone(), descriptor)),
            NewObject::dict(descriptor, self.descriptor(name, file, glyphs)),
            NewObject::stream(file, length, parts.letters.clone()).which_is_deflated(),
            NewObject::stream(cmap, Dict::default(), parts.to_unicode.clone()).which_is_deflated(),
            NewObject::stream(glyphs, Dict::default(), parts.cid_set.clone()),
        ]
    }

    /// What the letters make. Documents of one kind use the same ones, so what the last document of this thread needed of the
    /// typeface is kept: to cut and compress it is an eighth of the work of stamping.
    fn parts(&self) -> Rc<Parts> {
        thread_local! {
            static LAST: RefCell<Vec<Rc<Parts>>> = const { RefCell::new(Vec::new()) };
        }
        LAST.with_borrow_mut(|last| {
            let place = last.iter().position(|parts| std::ptr::eq(parts.typeface, self.typeface));
            match place.and_then(|place| last.get_mut(place)) {
                Some(parts) if parts.of == self.used => Rc::clone(parts),
                Some(parts) => {
                    *parts = Rc::new(Parts::new(self));
                    Rc::clone(parts)
                }
                None => {
                    let parts = Rc::new(Parts::new(self));
                    last.push(Rc::clone(&parts));
                    parts
                }
            }
        })
    }

    fn descendant(&self, name: Object, descriptor: Id) -> Dict {
        let widths = self.used.iter().map(|glyph| Object::Integer(glyph.advance.into())).collect::<Vec<_>>();
        let system = Dict::default()
            .with("Registry", Object::text(b"Adobe"))
            .with("Ordering", Object::text(b"Identity"))
            .with("Supplement", 0);
        Dict::default()
            .with("Type", Object::name("Font"))
            .with("Subtype", Object::name("CIDFontType2"))
            .with("BaseFont", name)
            .with("CIDSystemInfo", system)
            .with("FontDescriptor", descriptor)
            .with("DW", 0)
            .with("CIDToGIDMap", Object::name("Identity"))
            .with("W", vec![Object::Integer(1), Object::Array(widths)])
    }

    fn descriptor(&self, name: Object, file: Id, glyphs: Id) -> Dict {
        /// Its numbers are its own, no standard encoding (ISO 32000-1, table 123).
        const SYMBOLIC: i64 = 4;
        let metrics = &self.typeface.metrics;
        Dict::default()
            .with("Type", Object::name("FontDescriptor"))
            .with("FontName", name)
            .with("Flags", SYMBOLIC)
            .with("FontBBox", metrics.bounds.map(|side| Object::Integer(side.into())).to_vec())
            .with("ItalicAngle", 0)
            .with("Ascent", i64::from(metrics.ascent))
            .with("Descent", i64::from(metrics.descent))
            .with("CapHeight", i64::from(metrics.cap_height))
            .with("StemV", i64::from(self.typeface.stem))
            .with("FontFile2", file)
            .with("CIDSet", glyphs)
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

/// The streams of a font, the first two compressed.
struct Parts {
    typeface: &'static Typeface,
    of: Vec<Glyph>,
    letters: Vec<u8>,
    /// Of the letters, in bytes before they were compressed.
    length: usize,
    to_unicode: Vec<u8>,
    cid_set: Vec<u8>,
}

impl Parts {
    fn new(font: &EmbeddedFont) -> Self {
        // The bundled fonts can be cut; a test does it with all their letters. A font that could not be would be
        // embedded empty, and its text stay findable.
        let letters = subset(font.typeface.file, 0, &font.numbers).unwrap_or_default();
        let characters: Vec<char> = font.used.iter().map(|glyph| glyph.character).collect();
        Self {
            typeface: font.typeface,
            of: font.used.clone(),
            letters: deflated(&letters),
            length: letters.len(),
            to_unicode: deflated(to_unicode(&characters).as_bytes()),
            cid_set: cid_set(&letters),
        }
    }
}

fn composite(name: Object, descendant: Id, cmap: Id) -> Dict {
    Dict::default()
        .with("Type", Object::name("Font"))
        .with("Subtype", Object::name("Type0"))
        .with("BaseFont", name)
        .with("Encoding", Object::name("Identity-H"))
        .with("DescendantFonts", vec![Object::Reference(descendant)])
        .with("ToUnicode", cmap)
}

/// A bit for each glyph of the font file (ISO 32000-1, table 124), from the highest bit of the first byte on: also for
/// those that letters are composed of, and for that of missing ones. PDF/A-1 asks for it (ISO 19005-1, 6.3.5); later
/// parts ask that it be complete where it is present (ISO 19005-2 and 19005-3, 6.2.11.4.2).
fn cid_set(letters: &[u8]) -> Vec<u8> {
    let glyphs = count_glyphs(letters).unwrap_or_default();
    let mut bits = vec![0xff; usize::from(glyphs / 8)];
    if !glyphs.is_multiple_of(8) {
        bits.push(!(0xff >> (glyphs % 8)));
    }
    bits
}

/// How many glyphs a font file has: the third number of its table `maxp` (OpenType 1.9.1).
fn count_glyphs(file: &[u8]) -> Option<u16> {
    let number = |bytes: &[u8]| Some(u32::from_be_bytes(*bytes.first_chunk()?) as usize);
    let entry = file.get(12..)?.chunks_exact(16).find(|entry| entry.starts_with(b"maxp"))?;
    let table = file.get(number(entry.get(8..)?)?..)?;
    Some(u16::from_be_bytes(*table.get(4..)?.first_chunk()?))
}

/// The CMap that says which character each glyph stands for (ISO 32000-1, 9.10.3): how a reader copies text and
/// searches it. Glyph numbers are two bytes; the first character is glyph 1's, and so on.
fn to_unicode(characters: &[char]) -> String {
    let mut cmap = String::from(BEFORE);
    // No section may have more than a hundred lines.
    for (section, characters) in characters.chunks(100).enumerate() {
        // Writing to a string does not fail.
        let _ = writeln!(cmap, "{} beginbfchar", characters.len());
        for (place, character) in characters.iter().enumerate() {
            let _ = write!(cmap, "<{:04X}> <", 100 * section + place + 1);
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _ = write!(cmap, "{unit:04X}");
            }
            cmap.push_str(">\n");
        }
        cmap.push_str("endbfchar\n");
    }
    cmap.push_str(AFTER);
    cmap
}

const BEFORE: &str = "/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
";

const AFTER: &str = "endcmap
CMapName currentdict /CMap defineresource pop
end
end
";
