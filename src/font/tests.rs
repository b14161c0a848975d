use std::io::Read;

use pdf_writer::{Chunk, Ref};
use skrifa::raw::TableProvider;
use skrifa::{FontRef, MetadataProvider};

use super::{EmbeddedFont, Typeface, deflated};

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
fn streams(chunk: &Chunk) -> Vec<Vec<u8>> {
    let find = |bytes: &[u8], word: &[u8]| bytes.windows(word.len()).position(|window| window == word);
    let (mut rest, mut streams) = (chunk.as_bytes(), Vec::new());
    while let Some(start) = find(rest, b"stream\n") {
        let after = &rest[start + 7..];
        let end = find(after, b"\nendstream").unwrap();
        let packed = find(&rest[..start], b"/FlateDecode").is_some();
        streams.push(if packed { inflated(&after[..end]) } else { after[..end].to_vec() });
        rest = &after[end + 10..];
    }
    streams
}

fn written(font: &EmbeddedFont) -> Chunk {
    let mut chunk = Chunk::new();
    font.write(&mut chunk, Ref::new(7));
    chunk
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
                let glyph = font.outline_glyphs().get(id.into()).unwrap();
                glyph
                    .draw(
                        skrifa::outline::DrawSettings::unhinted(
                            skrifa::instance::Size::unscaled(),
                            skrifa::instance::LocationRef::default(),
                        ),
                        &mut pen,
                    )
                    .unwrap();
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
        written(&font).as_bytes().to_vec()
    };
    assert_eq!(chunk(PANGRAM), chunk(PANGRAM));
    assert_ne!(chunk("OFFLINE"), chunk("CERTYFIKAT"));
    assert!(chunk("CERTYFIKAT").len() < 4_000, "{}", chunk("CERTYFIKAT").len());
    let text = String::from_utf8_lossy(&chunk(PANGRAM)).into_owned();
    let name = text.split("/BaseFont /").nth(1).unwrap();
    let (tag, rest) = name.split_at(6);
    assert!(tag.chars().all(|c| c.is_ascii_uppercase()) && rest.starts_with("+Roboto-Regular"), "{name}");
    // An empty font is none that a reader would have to open: it is not named on any page.
    assert!(chunk("").len() > 100);
}

#[test]
fn streams_of_any_length_come_back() {
    let noise = |length: u32| (0..length).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect::<Vec<u8>>();
    for length in [0, 1, 63, 64, 65, 1000, 100_000] {
        assert_eq!(inflated(&deflated(&noise(length))), noise(length));
        assert_eq!(inflated(&deflated(&vec![7; length as usize])), vec![7; length as usize]);
    }
}
