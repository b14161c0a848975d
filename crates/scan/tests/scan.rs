//! Pictures and PDFs read back: drawn ones, photographs, and whatever bytes.
//!
//! Measured on 288 codes (KOD I, KOD II of EC and of RSA on a page, 6 pixels a module scaled by 1.0 to 0.3; OpenCV turned
//! them by seven angles, skewed, blurred, shaded, darkened, inverted, added noise, compressed): 263 are read, 0.36 s a
//! picture; rqrr, tried in ten ways each, reads 176 in 2.8 s. All are read but for blur wider than a module, noise of
//! 60 levels and several of these at once at 2 pixels a module.

use std::fmt::Write as _;

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, GrayImage, ImageFormat, imageops};
use ksef_qr_scan::{Origin, file, pdf, picture};
use proptest::prelude::*;

const KOD1: &str =
    "https://qr-test.ksef.mf.gov.pl/invoice/5265877635/15-06-2026/n8otcJbcdk3Wg1g7fM-BJen2qMj5oYP5TUzR5G0x4Oo";
const KOD2: &str = "https://qr-test.ksef.mf.gov.pl/certificate/Nip/5265877635/5265877635/01F0A1B2C3D4E501/n8otcJbcdk3Wg1g7fM-BJen2qMj5oYP5TUzR5G0x4Oo/aneojHwtx83FKoe0lx5tHuL_QZYoDZ6tdRJagKzxgmSnl3rWOgryc9rS_7FJdDN5aIjJoFlFasRGy0cN5E-vjQ";

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/../../fixtures/verify/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn png(picture: &GrayImage) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

fn sorted(mut found: Vec<String>) -> Vec<String> {
    found.sort();
    found
}

#[test]
fn codes_drawn_by_others() {
    assert_eq!(picture(&fixture("qrencode.png")).unwrap(), [KOD1]);
    assert_eq!(picture(&fixture("segno.png")).unwrap(), [KOD2]);
}

#[test]
fn photographs() {
    assert_eq!(sorted(picture(&fixture("photo.jpg")).unwrap()), [KOD2, KOD1]);
    let photo = image::load_from_memory(&fixture("photo.jpg")).unwrap().into_luma8();
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, 20).encode_image(&photo).unwrap();
    for (what, bytes) in
        [("dark", png(&imageops::brighten(&imageops::contrast(&photo, -60.0), -40))), ("JPEG quality 20", jpeg)]
    {
        assert_eq!(sorted(picture(&bytes).unwrap_or_default()), [KOD2, KOD1], "{what}");
    }
}

#[test]
fn turned_and_light_on_dark() {
    let mut drawn = image::load_from_memory(&fixture("qrencode.png")).unwrap().into_luma8();
    for _ in 0..3 {
        drawn = imageops::rotate90(&drawn);
        assert_eq!(picture(&png(&drawn)).unwrap(), [KOD1]);
    }
    imageops::invert(&mut drawn);
    assert_eq!(picture(&png(&drawn)).unwrap(), [KOD1]);
}

/// A code drawn on nothing is black on white to whoever looks at it.
#[test]
fn transparency_is_white() {
    let drawn = image::load_from_memory(&fixture("qrencode.png")).unwrap().into_luma8();
    let mut clear = image::RgbaImage::new(drawn.width(), drawn.height());
    for (from, to) in drawn.pixels().zip(clear.pixels_mut()) {
        to.0 = [0, 0, 0, 255 - from.0[0]];
    }
    let mut bytes = std::io::Cursor::new(Vec::new());
    DynamicImage::from(clear).write_to(&mut bytes, ImageFormat::Png).unwrap();
    assert_eq!(picture(&bytes.into_inner()).unwrap(), [KOD1]);
}

#[test]
fn pdfs_with_their_pages_and_links() {
    let found = file(&fixture("invoice.pdf")).unwrap();
    let told: Vec<_> = found.texts.iter().map(|one| (&*one.text, one.origin, one.place.as_deref())).collect();
    let page = Some("page 2");
    assert!(told.contains(&(KOD1, Origin::Code, page)) && told.contains(&(KOD2, Origin::Code, page)));
    assert!(told.contains(&(KOD1, Origin::Link, Some("page 2, link"))));
    assert!(told.contains(&("https://example.com/shop", Origin::Link, Some("page 2, link"))));
    assert_eq!(told.len(), 4);
    let drawn = pdf(&fixture("vector.pdf")).unwrap();
    assert_eq!(drawn.texts.iter().map(|one| &*one.text).collect::<Vec<_>>(), [KOD1]);
}

/// A code as operators that fill its dark pixels, 100 points in the square.
fn drawn_code() -> String {
    let picture = image::load_from_memory(&fixture("qrencode.png")).unwrap().into_luma8();
    let (width, height) = picture.dimensions();
    let dark =
        (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).filter(|&(x, y)| picture.get_pixel(x, y).0[0] < 128);
    let side = 100.0 / f64::from(width);
    dark.fold(format!("q {side} 0 0 {side} 0 0 cm "), |drawn, (x, y)| drawn + &format!("{x} {} 1 1 re ", height - y))
        + "f Q"
}

/// A document of so many pages; what stands in their dictionaries, and objects from 10 on.
fn document(pages: usize, dictionary: impl Fn(usize) -> String, objects: &[String]) -> Vec<u8> {
    let first = 10 + objects.len();
    let kids = (0..pages).map(|page| format!("{} 0 R ", first + page)).collect::<Vec<_>>().concat();
    let mut all = vec![
        (1, "<< /Type /Catalog /Pages 2 0 R >>".to_owned()),
        (2, format!("<< /Type /Pages /Count {pages} /MediaBox [0 0 110 110] /Kids [{kids}] >>")),
    ];
    all.extend(objects.iter().zip(10..).map(|(object, number)| (number, object.clone())));
    all.extend((0..pages).map(|page| (first + page, format!("<< /Type /Page /Parent 2 0 R {} >>", dictionary(page)))));
    let (mut pdf, mut table) = ("%PDF-1.4\n".to_owned(), "xref\n0 1\n0000000000 65535 f \n".to_owned());
    for (number, object) in all {
        writeln!(table, "{number} 1\n{:010} 00000 n ", pdf.len()).unwrap();
        writeln!(pdf, "{number} 0 obj\n{object}\nendobj").unwrap();
    }
    let start = pdf.len();
    (pdf + &table + &format!("trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n", first + pages))
        .into_bytes()
}

fn stream(dictionary: &str, content: &str) -> String {
    format!("<< {dictionary} /Length {} >>\nstream\n{content}\nendstream", content.len())
}

/// Of a long document the pages where codes may be expected, and the rest is told of.
#[test]
fn long_documents_are_read_where_codes_stand() {
    let link = "/Annots [<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] /A << /S /URI /URI (https://qr.ksef.mf.gov.pl/x) >> >>]";
    let with_code = |pages: usize, page: usize, more: &'static str| {
        let dictionary = move |at| if at == page { format!("/Contents 10 0 R {more}") } else { String::new() };
        pdf(&document(pages, dictionary, &[stream("", &drawn_code())]))
    };
    for (page, more) in [(149, ""), (93, link)] {
        let found = with_code(150, page, more).unwrap();
        assert_eq!((&*found.texts[0].text, found.texts[0].place.clone()), (KOD1, Some(format!("page {}", page + 1))));
        let unread = if more.is_empty() { "pages 51 to 140" } else { "pages 51 to 93, 95 to 140" };
        assert_eq!(found.unread.as_deref(), Some(unread));
    }
    let error = with_code(150, 93, "").unwrap_err();
    assert_eq!(error.code(), "no_code_found");
    assert!(error.message().contains("pages 51 to 140"), "{error}");
}

/// What an annotation shows is seen by whoever scans the page.
#[test]
fn codes_of_annotations_are_found() {
    let shown = |flags: u32| {
        let annotation =
            format!("<< /Type /Annot /Subtype /Stamp /F {flags} /Rect [5 5 105 105] /AP << /N 10 0 R >> >>");
        let form = stream("/Type /XObject /Subtype /Form /BBox [0 0 100 100]", &drawn_code());
        pdf(&document(2, |page| if page == 1 { format!("/Annots [{annotation}]") } else { String::new() }, &[form]))
    };
    let found = shown(4).unwrap();
    assert_eq!((&*found.texts[0].text, found.texts[0].place.as_deref()), (KOD1, Some("page 2")));
    assert_eq!(shown(2).unwrap_err().code(), "no_code_found", "it is hidden");
}

/// A screen as a camera sees it from near: each dot by itself, in red, green and blue, with gaps between them.
#[test]
fn photographs_of_screens() {
    let drawn = image::load_from_memory(&fixture("qrencode.png")).unwrap().into_luma8();
    let mut count = 0;
    for (dot, gap) in [(5_u32, 2_u32), (6, 2), (6, 3)] {
        let screen = image::RgbImage::from_fn(drawn.width() * dot, drawn.height() * dot, |x, y| {
            let (across, down) = (x % dot, y % dot);
            if across >= dot - gap || down >= dot - gap || drawn.get_pixel(x / dot, y / dot).0[0] < 128 {
                return image::Rgb([8, 8, 8]);
            }
            let mut colours = [60; 3];
            colours[((across * 3) / (dot - gap)).min(2) as usize] = 250;
            image::Rgb(colours)
        });
        let mut bytes = Vec::new();
        JpegEncoder::new_with_quality(&mut bytes, 80).encode_image(&screen).unwrap();
        let found = picture(&bytes).unwrap_or_default();
        println!("dots of {dot}, gaps of {gap}: {found:?}");
        count += usize::from(found == [KOD1]);
    }
    assert_eq!(count, 3);
}

#[test]
fn what_holds_no_code_and_what_is_no_picture() {
    let code = |bytes: &[u8]| file(bytes).unwrap_err().code();
    assert_eq!(code(&fixture("blank.png")), "no_code_found");
    assert_eq!(code(&fixture("locked.pdf")), "pdf_unreadable");
    assert_eq!(code(b"%PDF-1.7\nnothing"), "pdf_unreadable");
    for bytes in [&b""[..], b"GIF89a", b"\x89PNG\r\n\x1a\n", b"\xFF\xD8\xFF\xE0", b"<?xml version=\"1.0\"?>"] {
        assert_eq!(code(bytes), "picture_unreadable");
    }
}

/// A few bytes that say they are gigabytes.
#[test]
fn bombs_are_not_unpacked() {
    let mut bytes = fixture("blank.png");
    for (width, height) in [(30_000_u32, 30_000_u32), (20_000, 20_000), (u32::MAX / 4, 1), (1, 0x7FFF_FFFF)] {
        bytes[16..20].copy_from_slice(&width.to_be_bytes());
        bytes[20..24].copy_from_slice(&height.to_be_bytes());
        let crc = crc32fast::hash(&bytes[12..29]);
        bytes[29..33].copy_from_slice(&crc.to_be_bytes());
        assert_eq!(picture(&bytes).unwrap_err().code(), "picture_unreadable", "{width} × {height}");
    }
}

/// Each of these asks for minutes, or for gigabytes.
#[test]
fn pictures_of_little_and_much_work() {
    let hostile = |name: &str| {
        std::fs::read(format!("{}/../../fixtures/cases/hostile/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
    };
    for name in ["clip.svg", "conv.svg", "deep1000.svg", "mask.svg", "morph.svg"] {
        assert_eq!(file(&hostile(name)).unwrap_err().code(), "picture_unreadable", "{name}");
    }
    for name in ["css.svg.xz", "manyfilters.svg.xz", "marker.svg.xz"] {
        let path = format!("{}/../../fixtures/cases/hostile/{name}", env!("CARGO_MANIFEST_DIR"));
        // Where nothing unpacks it, nothing is shown.
        let Ok(unpacked) = std::process::Command::new("xz").args(["-dc", &path]).output() else { continue };
        assert!(unpacked.status.success(), "{name}");
        assert_eq!(file(&unpacked.stdout).unwrap_err().code(), "picture_unreadable", "{name}");
    }
    for name in ["t500.png", "t1000.png"] {
        assert_eq!(file(&hostile(name)).unwrap_err().code(), "no_code_found", "{name}");
    }
}

/// A hundred megabytes of rectangles would take four gigabytes to draw.
#[test]
fn a_page_with_too_much_on_it_is_not_drawn() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/pdf/hostile/bomb-content-of-paths.pdf");
    let error = pdf(&std::fs::read(path).unwrap()).unwrap_err();
    assert_eq!(error.code(), "no_code_found");
    assert!(error.to_string().ends_with("not read: pages 1"), "{error}");
}

/// What would be drawn a thousand times, or by something else than shapes.
#[test]
fn drawings_are_of_plain_shapes() {
    let square = r##"<path d="M0 0h9v9h-9z" fill="#000"/>"##;
    let answer = |inside: &str| {
        let svg = format!(r#"<svg xmlns="http://www.w3.org/2000/svg" width="90" height="90">{inside}</svg>"#);
        file(svg.as_bytes()).unwrap_err()
    };
    let uses = (0..9).fold(String::new(), |uses, n| {
        uses + &format!(r##"<g id="g{}"><use href="#g{n}"/><use href="#g{n}"/></g>"##, n + 1)
    });
    for (inside, named) in [
        (format!(r#"<g id="g0">{square}</g>{uses}"#), "uses others"),
        (format!("<style>path {{ opacity: 0 }}</style>{square}"), "<style>"),
        (format!("<filter id='f'/>{square}"), "<filter>"),
        (format!("<g mask='url(#m)'>{square}</g>"), "mask"),
        (format!("<g fill='URL(#p)'>{square}</g>"), "fill"),
        (format!("<g style='filter: blur(9px)'>{square}</g>"), "style"),
        (format!("<g opacity='.5'>{square}</g>"), "opacity"),
        (format!("{}{square}{}", "<g>".repeat(99), "</g>".repeat(99)), "deeper nested"),
    ] {
        let error = answer(&inside);
        assert_eq!(error.code(), "picture_unreadable", "{inside}");
        assert!(error.message().contains(named), "{named}: {error}");
    }
    let shapes = format!(
        r##"<title>code</title><g id="a" style="fill:#000" class="qr"><use href="#b"/></g><defs>{square}<rect id="b" width="3" height="3"/></defs><text>under it</text>"##
    );
    assert_eq!(answer(&shapes).code(), "no_code_found");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_bytes_are_answered(mut bytes: Vec<u8>, start in prop::sample::select(vec![&b""[..], b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n", b"\xFF\xD8\xFF"])) {
        bytes.splice(0..0, start.iter().copied());
        _ = file(&bytes);
    }

    #[test]
    fn any_pixels_are_answered(width in 1_u32..70, seed: u64, square in 1_u32..9) {
        let noise = GrayImage::from_fn(width, 60, |x, y| {
            let cell = u64::from(x / square * 7919 + y / square * 104_729).wrapping_mul(seed | 1);
            image::Luma([(cell >> 40) as u8])
        });
        _ = picture(&png(&noise));
    }

    #[test]
    fn damaged_files_are_answered(which in 0..2_usize, at: prop::sample::Index, byte: u8, cut: Option<prop::sample::Index>) {
        let mut bytes = fixture(["qrencode.png", "segno.png"][which]);
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        _ = file(&bytes);
    }
}

/// A few only: pages take their time to draw without optimisation.
#[test]
fn damaged_pdfs_are_answered() {
    let whole = fixture("vector.pdf");
    for at in (40..whole.len()).step_by(whole.len() / 2) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x15;
        _ = pdf(&bytes);
        _ = pdf(&bytes[..at]);
    }
}
