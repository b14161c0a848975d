//! Whole pictures, read back by other implementations: `png` and `image` pixel by pixel, `rqrr` the code,
//! `roxmltree` the SVG.

use proptest::prelude::*;

use super::layout::{Layout, Line, QUIET};
use super::png::GlyphCache;
use super::{Code, Label, PictureFormat, Renderer, Style};
use crate::font::{Segment, label_font};
use crate::qr::EccLevel;

const KOD_I: &str =
    "https://qr.ksef.mf.gov.pl/invoice/5265877635/15-06-2026/UtQp9Gpc51y-u3xApZjIjgkpZ01js-J8KflSPW8WzIE";

fn number() -> Label {
    Label::new("5265877635-20250826-0100001AF629-AF").unwrap()
}

fn kod_i(label: Label) -> Code {
    Code::new(KOD_I, label, EccLevel::M).unwrap()
}

/// A symbol of a version, full to the last byte at level L (ISO/IEC 18004 table 7).
fn of_version(number: u8, label: Label) -> Code {
    let bytes = match number {
        1 => 17,
        2 => 32,
        11 => 321,
        12 => 367,
        17 => 644,
        27 => 1465,
        28 => 1528,
        _ => 2953,
    };
    let code = Code::new("x".repeat(bytes), label, EccLevel::L).unwrap();
    assert_eq!(code.symbol().version().number(), number);
    code
}

/// A picture as pixels, true for dark.
struct Pixels {
    width: usize,
    rows: Vec<Vec<bool>>,
}

impl Pixels {
    fn by_png_crate(file: &[u8]) -> Self {
        let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
        assert_eq!(reader.output_color_type(), (png::ColorType::Grayscale, png::BitDepth::One));
        let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut bytes).unwrap();
        reader.finish().unwrap();
        let width = info.width as usize;
        let dark = |row: &[u8], x: usize| row[x / 8] >> (7 - x % 8) & 1 == 0;
        let rows: Vec<Vec<bool>> =
            bytes.chunks(info.line_size).map(|row| (0..width).map(|x| dark(row, x)).collect()).collect();
        assert_eq!(rows.len(), info.height as usize);
        Self { width, rows }
    }

    fn by_image_crate(file: &[u8]) -> Vec<Vec<bool>> {
        let picture = image::load_from_memory(file).unwrap().to_luma8();
        picture.rows().map(|row| row.map(|pixel| pixel.0[0] == 0).collect()).collect()
    }

    fn read_code(&self) -> String {
        let mut picture = rqrr::PreparedImage::prepare_from_greyscale(self.width, self.rows.len(), |x, y| {
            if self.rows[y][x] { 0 } else { 255 }
        });
        picture.detect_grids()[0].decode().unwrap().1
    }

    fn dark_in(&self, rows: std::ops::Range<usize>) -> usize {
        self.rows[rows].iter().flatten().filter(|&&dark| dark).count()
    }
}

/// Draws a PNG, reads it by both crates, and checks every pixel: the code against the symbol, the label
/// against its glyphs one by one, and white wherever the layout says so.
fn check(code: &Code, style: Style) -> Pixels {
    let (symbol, label) = (code.symbol(), code.label());
    let file = Renderer::new(style).png(code);
    let pixels = Pixels::by_png_crate(&file);
    assert!(pixels.rows == Pixels::by_image_crate(&file));

    let layout = Layout::new(symbol.size(), label, style);
    assert_eq!((pixels.width, pixels.rows.len()), (layout.width as usize, layout.height as usize));
    let module_px = style.module_px() as usize;
    let code_side = layout.code_side as usize;
    let place = |pixel: usize| (pixel / module_px).checked_sub(QUIET as usize);
    for y in 0..code_side {
        for x in 0..pixels.width {
            let module = x.checked_sub(layout.widening as usize).and_then(place).zip(place(y));
            let dark = module.is_some_and(|(x, y)| symbol.is_dark(x, y));
            assert!(pixels.rows[y][x] == dark, "{x}, {y}");
        }
    }

    let mut glyphs = GlyphCache::default();
    let mut ink = 0;
    for line in &layout.lines {
        glyphs.draw_line(line.text, line.x, layout.em, |_, glyph| {
            ink += glyph.bytes.iter().map(|byte| byte.count_ones() as usize).sum::<usize>();
        });
    }
    let height = pixels.rows.len();
    assert!(ink > 0);
    assert_eq!(pixels.dark_in(code_side..height), ink, "a glyph is clipped or overlaps");
    let border = module_px;
    let label = &pixels.rows[code_side..];
    assert!(label.iter().all(|row| !row[..border].contains(&true) && !row[pixels.width - border..].contains(&true)));
    assert_eq!(pixels.dark_in(height - border..height), 0);
    pixels
}

#[test]
fn every_pixel_at_many_sizes() {
    for module_px in [1, 2, 3, 5, 6, 7, 8, 16] {
        let style = Style::new(module_px, 300).unwrap();
        for label in [Label::OFFLINE, number()] {
            assert_eq!(check(&kod_i(label), style).read_code(), KOD_I, "{module_px} px");
        }
    }
    check(&of_version(1, Label::CERTYFIKAT), Style::new(64, 2400).unwrap());
    for version in [2, 11, 12, 27, 28, 40] {
        check(&of_version(version, Label::CERTYFIKAT), Style::new(2, 150).unwrap());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_label_in_any_style_stays_whole(
        text in "[A-Z0-9ĄĆĘŁŃÓŚŹŻgjQ,]{1,12}([- ][A-Z0-9ĄQg]{1,12}){0,3}",
        module_px in 1..10_u32,
        dpi in 50..900_u32,
    ) {
        check(&kod_i(Label::new(&text).unwrap()), Style::new(module_px, dpi).unwrap());
    }
}

#[test]
fn a_number_takes_two_lines_under_a_small_code_and_one_under_a_large() {
    let lines_of = |code: &Code| {
        let pixels = check(code, Style::default());
        let code_side = code.side() * 6;
        let inked: Vec<bool> = pixels.rows[code_side..].iter().map(|row| row.contains(&true)).collect();
        inked.chunk_by(|a, b| a == b).filter(|rows| rows[0]).count()
    };
    assert_eq!(lines_of(&kod_i(number())), 2);
    assert_eq!(lines_of(&of_version(17, number())), 1);
}

/// A label without a hyphen cannot be broken: the picture grows on both sides alike.
#[test]
fn a_label_too_wide_widens_the_picture() {
    let label = Label::new(&"W".repeat(64)).unwrap();
    let layout = Layout::new(41, &label, Style::default());
    assert_eq!(layout.width, layout.code_side + 2 * layout.widening);
    assert!(layout.widening > 0 && layout.widening.is_multiple_of(8));
    assert_eq!(layout.em, 25);
    assert_eq!(check(&kod_i(label), Style::default()).read_code(), KOD_I);
}

#[test]
fn layouts_to_the_pixel() {
    let style = Style::default();
    let golden = |size: usize, label: &Label, style: Style| {
        let layout = Layout::new(size, label, style);
        let baselines: Vec<u32> = layout.lines.iter().map(|line| line.baseline).collect();
        (layout.width, layout.height, layout.em, baselines)
    };
    assert_eq!(golden(41, &Label::OFFLINE, style), (294, 331, 33, vec![318]));
    assert_eq!(golden(57, &Label::CERTYFIKAT, style), (390, 427, 33, vec![414]));
    assert_eq!(golden(41, &number(), style), (294, 361, 28, vec![315, 348]));
    assert_eq!(golden(85, &number(), style), (558, 594, 31, vec![581]));
    assert_eq!(golden(41, &number(), Style::new(3, 203).unwrap()), (179, 187, 17, vec![160, 180]));
}

#[test]
fn lines_break_after_a_hyphen() {
    let label = number();
    let layout = Layout::new(41, &label, Style::default());
    let texts: Vec<&str> = layout.lines.iter().map(|line| line.text).collect();
    assert_eq!(texts, ["5265877635-20250826-", "0100001AF629-AF"]);
    for &Line { text, x, .. } in &layout.lines {
        let extent = label_font::extent(text);
        let left = x + extent.left * layout.em as f32;
        let right = x + extent.right * layout.em as f32;
        assert!((left + right - layout.width as f32).abs() < 0.01, "{text} is not centred");
    }
}

#[test]
fn png_says_its_resolution() {
    for (dpi, per_metre) in [(300, 11811), (203, 7992), (600, 23622)] {
        let file = Renderer::new(Style::new(6, dpi).unwrap()).png(&kod_i(Label::OFFLINE));
        let reader = png::Decoder::new(std::io::Cursor::new(&file)).read_info().unwrap();
        let dimensions = reader.info().pixel_dims.unwrap();
        assert_eq!((dimensions.xppu, dimensions.yppu), (per_metre, per_metre));
        assert_eq!(dimensions.unit, png::Unit::Meter);
    }
}

#[test]
fn png_is_smaller_than_that_of_the_png_crate() {
    let style = Style::default();
    let ours = Renderer::new(style).png(&kod_i(number()));
    let Pixels { width, rows } = Pixels::by_png_crate(&ours);
    let bytes_of = |row: &Vec<bool>| -> Vec<u8> {
        let byte = |eight: &[bool]| (0..8).map(|x| u8::from(!eight.get(x).copied().unwrap_or(false)) << (7 - x)).sum();
        row.chunks(8).map(byte).collect()
    };
    let bytes: Vec<u8> = rows.iter().flat_map(bytes_of).collect();
    let mut theirs = Vec::new();
    let mut encoder = png::Encoder::new(&mut theirs, width as u32, rows.len() as u32);
    encoder.set_depth(png::BitDepth::One);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_compression(png::Compression::Fast);
    encoder.write_header().unwrap().write_image_data(&bytes).unwrap();
    assert!(rows == Pixels::by_png_crate(&theirs).rows);
    assert!(ours.len() < theirs.len(), "{} and {} bytes", ours.len(), theirs.len());
}

#[test]
fn a_renderer_draws_the_same_again() {
    let mut renderer = Renderer::new(Style::default());
    for &format in PictureFormat::ALL {
        let first = renderer.render(format, &kod_i(number()));
        assert!(format.is_begun(&first[..PictureFormat::BEGINNING as usize]) && format.is_whole(&first));
        renderer.render(format, &of_version(2, Label::OFFLINE));
        assert!(renderer.render(format, &kod_i(number())) == first);
        assert!(Renderer::new(Style::default()).render(format, &kod_i(number())) == first);
    }
}

#[test]
fn svg_is_the_symbol_in_millimetres() {
    for (code, style) in [
        (kod_i(Label::OFFLINE), Style::default()),
        (kod_i(number()), Style::new(3, 203).unwrap()),
        (of_version(1, Label::CERTYFIKAT), Style::default()),
        // Rows of one word, two and three.
        (of_version(11, Label::CERTYFIKAT), Style::default()),
        (of_version(12, Label::CERTYFIKAT), Style::default()),
        (of_version(28, Label::CERTYFIKAT), Style::default()),
        (of_version(40, Label::new("A & B").unwrap()), Style::new(7, 96).unwrap()),
    ] {
        let (symbol, label) = (code.symbol(), code.label());
        let text = Renderer::new(style).svg(&code);
        let document = roxmltree::Document::parse(&text).unwrap();
        let root = document.root_element();
        let layout = Layout::new(symbol.size(), label, style);
        for (name, pixels) in [("width", layout.width), ("height", layout.height)] {
            let written: f64 = root.attribute(name).unwrap().strip_suffix("mm").unwrap().parse().unwrap();
            assert!((written - f64::from(pixels) / f64::from(style.dpi()) * 25.4).abs() < 0.001);
        }
        let view: Vec<f64> =
            root.attribute("viewBox").unwrap().split(' ').map(|number| number.parse().unwrap()).collect();
        let module = f64::from(style.module_px());
        assert!((view[2] * module - f64::from(layout.width)).abs() < 0.01);
        assert!((view[0] * module + f64::from(layout.widening)).abs() < 0.01);
        assert_eq!(root.attribute("aria-label"), Some(label.as_str()));
        let title = root.first_element_child().unwrap();
        assert_eq!((title.tag_name().name(), title.text()), ("title", Some(label.as_str())));

        let modules = document.descendants().find(|node| node.attribute("shape-rendering") == Some("crispEdges"));
        let drawn = rectangles(modules.unwrap().attribute("d").unwrap(), symbol.size());
        for (y, row) in drawn.iter().enumerate() {
            for (x, &dark) in row.iter().enumerate() {
                assert_eq!(dark, symbol.is_dark(x, y));
            }
        }
    }
}

/// The modules that a path of `M{x} {y}h{run}v1h-{run}z` covers.
fn rectangles(path: &str, size: usize) -> Vec<Vec<bool>> {
    let mut modules = vec![vec![false; size]; size];
    for rectangle in path.split_terminator('z') {
        let (corner, rest) = rectangle.strip_prefix('M').unwrap().split_once('h').unwrap();
        let (x, y) = corner.split_once(' ').unwrap();
        let (run, back) = rest.split_once("v1h-").unwrap();
        assert_eq!(run, back);
        let place = |text: &str| text.parse::<usize>().unwrap() - QUIET as usize;
        for module in &mut modules[place(y)][place(x)..][..run.parse().unwrap()] {
            assert!(!std::mem::replace(module, true), "drawn twice");
        }
    }
    modules
}

/// The parts of a PDF that this crate drew: its objects by number.
fn objects(file: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(file).into_owned();
    let starts = text.match_indices(" 0 obj\n").map(|(at, mark)| at + mark.len());
    starts.map(|start| text[start..].split("\nendobj").next().unwrap().to_owned()).collect()
}

fn numbers(text: &str) -> Vec<f64> {
    text.split_whitespace().map(|number| number.parse().unwrap()).collect()
}

#[test]
fn pdf_is_the_symbol_in_points() {
    for (code, style) in [
        (kod_i(Label::OFFLINE), Style::default()),
        (kod_i(number()), Style::new(3, 203).unwrap()),
        (of_version(1, Label::CERTYFIKAT), Style::default()),
        // Rows of one word, two and three.
        (of_version(11, Label::CERTYFIKAT), Style::default()),
        (of_version(12, Label::CERTYFIKAT), Style::default()),
        (of_version(28, Label::CERTYFIKAT), Style::default()),
        (of_version(40, Label::new("ZAŻÓŁĆ (A & B)").unwrap()), Style::new(7, 96).unwrap()),
    ] {
        let (symbol, label) = (code.symbol(), code.label());
        let file = Renderer::new(style).pdf(&code);
        assert!(PictureFormat::Pdf.is_whole(&file) && !PictureFormat::Pdf.is_whole(&file[..file.len() - 8]));
        let objects = objects(&file);
        let layout = Layout::new(symbol.size(), label, style);
        let points = |pixels: u32| f64::from(pixels) / f64::from(style.dpi()) * 72.0;

        let page = objects.iter().find(|object| object.contains("/Type/Page/")).unwrap();
        let media_box = page.split("/MediaBox[").nth(1).unwrap().split(']').next().unwrap();
        let expected = [0.0, 0.0, points(layout.width), points(layout.height)];
        assert!(numbers(media_box).iter().zip(expected).all(|(one, other)| (one - other).abs() < 1e-5), "{media_box}");

        let contents = objects.last().unwrap();
        let (length, stream) = contents.split_once(">>stream\n").unwrap();
        let stream = stream.strip_suffix("\nendstream").unwrap();
        assert_eq!(length.strip_prefix("<</Length ").unwrap().trim_end().parse(), Ok(stream.len()));

        let (before, modules) = stream.split_once(" cm\n").unwrap();
        let matrix = numbers(before.rsplit("q ").next().unwrap());
        let module = points(style.module_px());
        let expected = [module, 0.0, 0.0, -module, points(layout.widening), points(layout.height)];
        assert!(matrix.iter().zip(expected).all(|(one, other)| (one - other).abs() < 1e-6), "{matrix:?}");
        let mut drawn = vec![vec![false; symbol.size()]; symbol.size()];
        for line in modules.strip_suffix("f Q").unwrap().lines() {
            let [x, y, run, height] = numbers(line.strip_suffix(" re").unwrap())[..] else { panic!("{line}") };
            assert!((height - 1.0).abs() < f64::EPSILON);
            for dark in &mut drawn[y as usize - QUIET as usize][x as usize - QUIET as usize..][..run as usize] {
                assert!(!std::mem::replace(dark, true), "drawn twice");
            }
        }
        for (y, row) in drawn.iter().enumerate() {
            for (x, &dark) in row.iter().enumerate() {
                assert_eq!(dark, symbol.is_dark(x, y));
            }
        }
        check_text(&objects, before, &layout);
        let link = objects.iter().find(|object| object.contains("/Subtype/Link")).unwrap();
        assert!(link.contains(&format!("/URI({})", code.link())), "{link}");
    }
}

/// Reads the label by the names of the font's letters, and compares it and the drawing of each letter with the font.
fn check_text(objects: &[String], before: &str, layout: &Layout<'_>) {
    let font = objects.iter().find(|object| object.contains("/Type3")).unwrap();
    let names = font.split("/Differences[1/").nth(1).unwrap().split(']').next().unwrap();
    let letters: Vec<char> =
        names.split('/').map(|name| char::from_u32(u32::from_str_radix(&name[3..], 16).unwrap()).unwrap()).collect();
    let texts: Vec<String> = before
        .split('<')
        .skip(1)
        .map(|text| {
            let codes = text.split('>').next().unwrap().as_bytes();
            let codes =
                codes.chunks(2).map(|code| usize::from_str_radix(std::str::from_utf8(code).unwrap(), 16).unwrap());
            codes.map(|code| letters[code - 1]).collect()
        })
        .collect();
    assert_eq!(texts, layout.lines.iter().map(|line| line.text).collect::<Vec<_>>());
    let widths = numbers(font.split("/Widths[").nth(1).unwrap().split(']').next().unwrap());
    let drawings = objects.iter().filter(|object| object.contains(" d1"));
    assert_eq!((drawings.clone().count(), widths.len()), (letters.len(), letters.len()));
    for ((letter, width), drawing) in letters.iter().zip(widths).zip(drawings) {
        let glyph = label_font::glyph(*letter).unwrap();
        assert!((width - f64::from(glyph.advance()) * 1000.0).abs() <= 0.5);
        assert!(drawing.contains(&format!("stream\n{width} 0 ")), "{drawing}");
        let count = |operator: &str| drawing.split_whitespace().filter(|word| *word == operator).count();
        let moves = glyph.outline().filter(|segment| matches!(segment, Segment::Move(_))).count();
        assert_eq!((count("m"), count("m") + count("l") + count("c") + count("h")), (moves, glyph.outline().count()));
    }
}
