use std::io::Read;

use skrifa::instance::{LocationRef, Size};
use skrifa::outline::{DrawSettings, OutlinePen};
use skrifa::raw::TableProvider;
use skrifa::{FontRef, MetadataProvider};

use super::{EmbeddedFont, Glyph, Segment, Typeface, label_font};
use crate::pdf_objects::{Id, NewFile, NewObject, Object};

const PANGRAM: &str = "Zażółć gęślą jaźń ZAŻÓŁĆ GĘŚLĄ JAŹŃ 0123456789 € „Łódź” – № 1/2026";

fn faces() -> [&'static Typeface; 2] {
    [Typeface::regular(), Typeface::bold()]
}

fn inflated(stream: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    flate2::read::ZlibDecoder::new(stream).read_to_end(&mut bytes).unwrap();
    bytes
}

/// The stream of each object that has one, as it was before it was packed.
fn streams(objects: &[NewObject]) -> Vec<Vec<u8>> {
    let streams = objects.iter().filter_map(|object| {
        let data = object.data.as_ref()?;
        let packed = object.dict.get("Filter") == Some(&Object::name("FlateDecode"));
        Some(if packed { inflated(data) } else { data.clone() })
    });
    streams.collect()
}

fn written(font: &EmbeddedFont) -> [NewObject; 6] {
    font.objects(Id::new(7))
}

#[test]
fn the_alphabets_of_europe_are_there() {
    let alphabets =
        ["AĄBCĆDEĘFGHIJKLŁMNŃOÓPQRSŚTUVWXYZŹŻ", "ÄÖÜẞßÆØÅÞÐĦĞİŞŐŰČŘŽĽŢȚȘŸŒ", "ΑΒΓΔΩάέήίόύώς", "ЄІЇҐЎЪЫЭЮЯЉЊЋЏ"];
    for face in faces() {
        for alphabet in alphabets.iter().copied().chain([PANGRAM, "€$£¥zł„”’«»–—…•№™"]) {
            for character in alphabet.chars().chain(alphabet.to_lowercase().chars()) {
                assert!(face.glyph(character).is_some(), "{}: {character:?}", face.name);
            }
        }
        assert!(face.glyph('漢').is_none() && face.glyph('\u{0}').is_none() && face.glyph('\u{fffd}').is_some());
    }
}

#[test]
fn texts_are_as_wide_as_their_letters() {
    let regular = Typeface::regular();
    // Roboto's figures are 1150 of 2048 units wide, its space 507.
    assert!((regular.width("0123456789") - 5.62).abs() < 1e-4, "{}", regular.width("0123456789"));
    assert!((regular.width("1\u{a0}1\t1\n1") - (4.0 * 0.562 + 3.0 * 0.248)).abs() < 1e-4);
    assert!((regular.width("a\u{200b}b\u{feff}") - regular.width("ab")).abs() < 1e-6);
    assert!((regular.width("漢字") - regular.width("\u{fffd}\u{fffd}")).abs() < 1e-6);
    assert!(Typeface::bold().width(PANGRAM) > regular.width(PANGRAM));
    for face in faces() {
        assert!(face.ascent() > 0.9 && face.ascent() < 1.0 && face.descent() > 0.2 && face.descent() < 0.3);
        assert_eq!(face.width("").to_bits(), 0.0_f32.to_bits());
    }
}

/// Else a writer of PDFs would move every letter by itself.
#[test]
fn advances_are_exactly_those_of_the_font_files() {
    for face in faces() {
        let font = FontRef::new(face.file).unwrap();
        let metrics = font.glyph_metrics(Size::unscaled(), LocationRef::default());
        let units = f32::from(font.head().unwrap().units_per_em());
        for (character, id, advance) in face.set(PANGRAM) {
            let own = metrics.advance_width(u32::from(id).into()).unwrap() / units;
            assert_eq!(advance.to_bits(), own.to_bits(), "{} {character:?}", face.name);
            assert!((face.width(&character.to_string()) - own).abs() < 0.0006, "{} {character:?}", face.name);
        }
    }
}

#[test]
fn equal_letters_have_equal_numbers_and_all_of_them_a_character() {
    let mut font = EmbeddedFont::new(Typeface::regular());
    assert_eq!(font.encode("abba"), [0, 1, 0, 2, 0, 2, 0, 1]);
    assert_eq!(font.encode("漢cb"), [0, 3, 0, 4, 0, 2]);
    let [_, cmap, _] = &streams(&written(&font))[..] else { panic!("a font file, a map and a list") };
    let cmap = String::from_utf8_lossy(cmap);
    assert!(
        cmap.contains("4 beginbfchar\n<0001> <0061>\n<0002> <0062>\n<0003> <FFFD>\n<0004> <0063>\nendbfchar"),
        "{cmap}"
    );
}

/// PDF/A-1 wants the list, and the later parts want it complete: no glyph of the font file is missing in it, and no
/// other is in it.
#[test]
fn the_list_of_glyphs_is_complete() {
    for (text, glyphs) in [("a", 2), ("abcdef", 7), ("abcdefg", 8), ("abcdefgh", 9)] {
        let mut font = EmbeddedFont::new(Typeface::regular());
        font.encode(text);
        let [file, _, list] = &streams(&written(&font))[..] else { panic!("a font file, a map and a list") };
        assert_eq!(FontRef::new(file).unwrap().maxp().unwrap().num_glyphs(), glyphs, "{text}");
        let listed: Vec<usize> = (0..8 * list.len()).filter(|cid| list[cid / 8] & 0x80 >> (cid % 8) > 0).collect();
        assert_eq!(listed, (0..usize::from(glyphs)).collect::<Vec<_>>(), "{text}");
        assert_eq!(list.len(), usize::from(glyphs).div_ceil(8), "{text}");
    }
    // Letters that are composed bring glyphs along that no text names.
    let mut font = EmbeddedFont::new(Typeface::regular());
    let named = font.encode(PANGRAM).chunks(2).map(<[u8]>::to_vec).collect::<std::collections::HashSet<_>>().len();
    let [file, _, list] = &streams(&written(&font))[..] else { panic!("a font file, a map and a list") };
    let glyphs = FontRef::new(file).unwrap().maxp().unwrap().num_glyphs();
    assert_eq!(list.iter().map(|byte| byte.count_ones()).sum::<u32>(), u32::from(glyphs));
    assert!(usize::from(glyphs) > named, "{glyphs} {named}");
}

#[test]
fn the_part_has_the_outlines_of_the_whole() {
    for face in faces() {
        let all: String = ('!'..='\u{ffff}')
            .filter(|&character| face.glyph(character).is_some() && !character.is_whitespace())
            .collect();
        let mut font = EmbeddedFont::new(face);
        let encoded = font.encode(&all);
        assert!(encoded.len() > 2 * 1200, "the font has letters: {}", encoded.len() / 2);
        let chunk = written(&font);
        let file = &streams(&chunk)[0];
        let (whole, part) = (FontRef::new(face.file).unwrap(), FontRef::new(file).unwrap());
        assert_eq!(whole.head().unwrap().units_per_em(), part.head().unwrap().units_per_em());
        for (glyph, number) in face.glyphs(&all).zip(1_u32..) {
            let drawn = |font: &FontRef<'_>, id: u32| {
                let mut pen = skrifa::outline::pen::SvgPen::new();
                let settings = DrawSettings::unhinted(Size::unscaled(), LocationRef::default());
                font.outline_glyphs().get(id.into()).unwrap().draw(settings, &mut pen).unwrap();
                pen.to_string()
            };
            assert_eq!(drawn(&whole, glyph.id.into()), drawn(&part, number), "{:?}", glyph.character);
        }
    }
}

#[test]
fn the_same_texts_give_the_same_bytes_and_few_letters_a_small_font() {
    let chunk = |text: &str| {
        let mut font = EmbeddedFont::new(Typeface::regular());
        font.encode(text);
        let mut file = NewFile::new();
        file.reserve(6 + EmbeddedFont::OBJECTS);
        for object in &written(&font) {
            file.push(object);
        }
        file.take()
    };
    assert_eq!(chunk(PANGRAM), chunk(PANGRAM));
    assert_ne!(chunk("OFFLINE"), chunk("CERTYFIKAT"));
    assert!(chunk("CERTYFIKAT").len() < 4_000, "{}", chunk("CERTYFIKAT").len());
    let text = String::from_utf8_lossy(&chunk(PANGRAM)).into_owned();
    let name = text.split("/BaseFont/").nth(1).unwrap();
    let (tag, rest) = name.split_at(6);
    assert!(tag.chars().all(|c| c.is_ascii_uppercase()) && rest.starts_with("+Roboto-Regular"), "{name}");
    // No page names an empty font, so no reader has to open it.
    assert!(chunk("").len() > 100);
}

/// What the label font is drawn with: the numbers in `data` are exact, so that pictures are the same to the pixel as if the font
/// file was read.
#[test]
fn the_label_font_has_the_outlines_of_its_file() {
    #[derive(Default)]
    struct Pen(Vec<Segment<[f32; 2]>>);

    impl OutlinePen for Pen {
        fn move_to(&mut self, x: f32, y: f32) {
            self.0.push(Segment::Move([x, -y]));
        }

        fn line_to(&mut self, x: f32, y: f32) {
            self.0.push(Segment::Line([x, -y]));
        }

        fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
            self.0.push(Segment::Curve([cx, -cy], [x, -y]));
        }

        fn curve_to(&mut self, _: f32, _: f32, _: f32, _: f32, _: f32, _: f32) {
            unreachable!("TrueType outlines have one control point a curve");
        }

        fn close(&mut self) {
            self.0.push(Segment::Close);
        }
    }

    let font = FontRef::new(include_bytes!("files/RobotoCondensed-Medium.subset.ttf")).unwrap();
    let (size, location) = (Size::new(1.0), LocationRef::default());
    let metrics = font.glyph_metrics(size, location);
    let mut characters = 0;
    for (code, id) in font.charmap().mappings() {
        let glyph: &Glyph = label_font::glyph(char::from_u32(code).unwrap()).unwrap();
        let mut pen = Pen::default();
        font.outline_glyphs().get(id).unwrap().draw(DrawSettings::unhinted(size, location), &mut pen).unwrap();
        assert_eq!(glyph.outline().collect::<Vec<_>>(), pen.0, "{:?}", glyph.character);
        assert_eq!(glyph.advance().to_bits(), metrics.advance_width(id).unwrap().to_bits(), "{:?}", glyph.character);
        assert_eq!((u32::from(glyph.character), glyph.ink().is_none()), (code, pen.0.is_empty()));
        characters += 1;
    }
    let known = ('\0'..='\u{ffff}').filter(|&character| label_font::glyph(character).is_some());
    assert_eq!(known.count(), characters, "no others");
}

#[test]
fn the_metrics_of_the_fonts_of_documents_are_those_of_their_files() {
    for face in faces() {
        let metrics = FontRef::new(face.file).unwrap().metrics(Size::new(1000.0), LocationRef::default());
        let bounds = metrics.bounds.unwrap();
        let whole = |length: f32| length.round() as i16;
        assert_eq!(
            face.metrics.bounds,
            [bounds.x_min, bounds.y_min, bounds.x_max, bounds.y_max].map(whole),
            "{}",
            face.name
        );
        assert_eq!(face.metrics.ascent, whole(metrics.ascent), "{}", face.name);
        assert_eq!(face.metrics.descent, whole(metrics.descent), "{}", face.name);
        assert_eq!(face.metrics.cap_height, whole(metrics.cap_height.unwrap_or(metrics.ascent)), "{}", face.name);
    }
}
