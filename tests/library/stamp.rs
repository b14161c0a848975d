//! Codes onto PDFs: of six programs, of every shape, encrypted, signed, hostile.

#![cfg(feature = "pdf")]

use std::fmt::Write;
use std::fs;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use ksef_qr::error::Warning;
use ksef_qr::pdf::{Anchor, Arrangement, Corner, Occupied, Original, PageDrawer, Pages, Size, Stamp, Stamped};
use ksef_qr::qr::Symbol;
use ksef_qr::{Code, EccLevel, Label, Result};
use lopdf::{Dictionary, Document, LoadOptions, Object};

const KOD1: &str =
    "https://qr-test.ksef.mf.gov.pl/invoice/5265877635/15-06-2026/UtQp9Gpc51y-u3xApZjIjgkpZ01js-J8KflSPW8WzIE";
const KOD2: &str = "https://qr-test.ksef.mf.gov.pl/certificate/Nip/5265877635/5265877635/01F20A5D352AE590/UtQp9Gpc51y-u3xApZjIjgkpZ01js-J8KflSPW8WzIE/eg4tr2XCyh2ABOyVkW6tgqEzxEy_NgBcPaS8tMqgcAOTf3q1iBZxCvYWNUPVVnnQWHWhKBqoXFbXrDbRlzpkVg";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/pdf")
}

pub(super) fn fixture(name: &str) -> Vec<u8> {
    fs::read(folder().join(name).with_extension("pdf")).unwrap()
}

fn named(folder: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<_> = paths.filter(|path| path.extension().is_some_and(|ending| ending == "pdf")).collect();
    paths.sort();
    paths
}

/// All that may be stamped without a password.
fn open() -> Vec<PathBuf> {
    let all = [named(&folder()), named(&folder().join("producers"))].concat();
    let closed = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        name.starts_with("encrypted") || name.starts_with("certified")
    };
    let open: Vec<_> = all.into_iter().filter(|path| !closed(path)).collect();
    assert!(open.len() > 40, "the fixtures were found");
    open
}

// Without optimisation, codes take longer than all the rest.
static CODES: LazyLock<[Code; 2]> = LazyLock::new(|| {
    [(KOD1, Label::OFFLINE), (KOD2, Label::CERTYFIKAT)]
        .map(|(link, label)| Code::new(link, label, EccLevel::M).unwrap())
});

pub(super) fn with_password(pdf: &[u8], password: Option<&[u8]>, stamp: &Stamp) -> Result<Stamped> {
    Original::read(pdf.to_vec(), password)?.stamp(&*CODES, stamp)
}

fn stamped(pdf: &[u8], stamp: &Stamp) -> Result<Stamped> {
    with_password(pdf, None, stamp)
}

fn refusal(name: &str, stamp: &Stamp) -> String {
    stamped(&fixture(name), stamp).unwrap_err().code().to_owned()
}

/// Where the fixtures that are full have something.
pub(super) fn upper_right() -> Stamp {
    Stamp::default().corner(Corner::TopRight)
}

pub(super) fn anyhow() -> Stamp {
    upper_right().occupied(Occupied::Ignore)
}

fn at(corner: Corner, x_mm: f64, y_mm: f64) -> Stamp {
    anyhow().anchor(Anchor { corner, x_mm, y_mm })
}

/// Another reader of PDFs, that accepts nothing damaged.
pub(super) fn read(pdf: &[u8], password: Option<&str>) -> Document {
    let options = LoadOptions { strict: true, password: password.map(str::to_owned), ..LoadOptions::default() };
    Document::load_mem_with_options(pdf, options).unwrap()
}

fn page(document: &Document, number: u32) -> &Dictionary {
    document.get_dictionary(document.get_pages()[&number]).unwrap()
}

/// The address and the rectangle of each link on a page.
pub(super) fn links(document: &Document, number: u32) -> Vec<(String, [f64; 4])> {
    let annotations = document.get_page_annotations(document.get_pages()[&number]).unwrap();
    let links = annotations.iter().filter_map(|annotation| {
        let action = annotation.get(b"A").ok()?.as_dict().ok()?;
        let address = String::from_utf8(action.get(b"URI").ok()?.as_str().ok()?.to_vec()).unwrap();
        Some((address, numbers(annotation.get(b"Rect").unwrap())))
    });
    links.filter(|(address, _)| address.contains("ksef")).collect()
}

fn numbers(object: &Object) -> [f64; 4] {
    let numbers: Vec<f64> = object.as_array().unwrap().iter().map(|side| f64::from(side.as_float().unwrap())).collect();
    numbers.try_into().unwrap()
}

fn inherited<'a>(document: &'a Document, number: u32, key: &[u8]) -> Option<&'a Object> {
    let mut node = page(document, number);
    loop {
        if let Ok(value) = node.get(key) {
            return Some(document.dereference(value).unwrap().1);
        }
        node = document.get_dictionary(node.get(b"Parent").ok()?.as_reference().ok()?).unwrap();
    }
}

#[test]
fn what_was_given_stays_and_the_same_gives_the_same() {
    for path in open() {
        let name = path.display();
        let pdf = fs::read(&path).unwrap();
        let once = stamped(&pdf, &anyhow()).unwrap_or_else(|error| panic!("{name}: {error:?}"));
        assert!(once.bytes.starts_with(&pdf), "{name}");
        assert_eq!(once, stamped(&pdf, &anyhow()).unwrap(), "{name}");
        assert_eq!(once.pages, [1], "{name}");
        // Behind something else than a PDF lopdf does not look for one.
        if pdf.starts_with(b"%PDF-") {
            let (before, after) = (Document::load_mem(&pdf).unwrap(), read(&once.bytes, None));
            assert_eq!(after.get_pages().len(), before.get_pages().len(), "{name}");
            let addresses: Vec<_> = links(&after, 1).into_iter().map(|(address, _)| address).collect();
            assert_eq!(addresses, [KOD1, KOD2], "{name}");
        }
    }
}

/// The place is that which the reader sees: turned, cropped, moved, in other units.
#[test]
fn the_place_is_where_the_reader_sees_it() {
    let side = |link: &str| (Symbol::encode(link, EccLevel::M).unwrap().size() + 8) as f64 * 0.5;
    let names = [
        "blank",
        "rotate-90",
        "rotate-180",
        "rotate-270",
        "rotate-minus-270",
        "cropped",
        "cropped-rotated",
        "landscape",
        "offset-media-box",
        "swapped-media-box",
        "user-unit",
        "inherited",
        "letter",
    ];
    for name in names {
        for corner in [Corner::TopLeft, Corner::TopRight, Corner::BottomLeft, Corner::BottomRight] {
            let stamped = stamped(&fixture(name), &at(corner, 12.0, 17.0)).unwrap();
            let document = read(&stamped.bytes, None);
            let media = numbers(inherited(&document, 1, b"MediaBox").unwrap());
            let crop = inherited(&document, 1, b"CropBox").map_or(media, numbers);
            let sorted = |[a, b, c, d]: [f64; 4]| [a.min(c), b.min(d), a.max(c), b.max(d)];
            let (media, crop) = (sorted(media), sorted(crop));
            let seen = [media[0].max(crop[0]), media[1].max(crop[1]), media[2].min(crop[2]), media[3].min(crop[3])];
            let turn = inherited(&document, 1, b"Rotate").map_or(0, |turn| turn.as_i64().unwrap()).rem_euclid(360);
            let unit = page(&document, 1).get(b"UserUnit").map_or(1.0, |unit| f64::from(unit.as_float().unwrap()));
            let mm = |units: f64| units * unit * 25.4 / 72.0;
            let links = links(&document, 1);
            // From the page's own edges to those that the reader sees: left, bottom, right, top.
            let edges = |[left, bottom, right, top]: [f64; 4]| {
                let mut edges = [left - seen[0], bottom - seen[1], seen[2] - right, seen[3] - top].map(mm);
                edges.rotate_left((turn / 90) as usize);
                edges
            };
            let (first, second) = (edges(links[0].1), edges(links[1].1));
            for (link, (_, rect)) in [KOD1, KOD2].into_iter().zip(&links) {
                assert!((mm(rect[2] - rect[0]) - side(link)).abs() < 0.01, "{name} {corner:?} {rect:?}");
                assert!((mm(rect[3] - rect[1]) - side(link)).abs() < 0.01, "{name} {corner:?} {rect:?}");
            }
            let near = |distance: f64, expected: f64| (distance - expected).abs() < 0.02;
            assert!(first[0] < second[0], "{name} {corner:?}: KOD I is to the left");
            assert!(near(first[1], second[1]), "{name} {corner:?}: both stand on one line");
            match corner {
                // The larger code reaches to the top: both stand on one line.
                Corner::TopLeft => assert!(near(first[0], 12.0) && near(second[3], 17.0), "{name} {second:?}"),
                Corner::TopRight => assert!(near(second[2], 12.0) && near(second[3], 17.0), "{name} {second:?}"),
                // Below lies the label.
                Corner::BottomLeft => assert!(near(first[0], 12.0) && (17.5..30.0).contains(&second[1]), "{name}"),
                _ => assert!(near(second[2], 12.0) && (17.5..30.0).contains(&second[1]), "{name}"),
            }
        }
    }
}

#[test]
fn encrypted_ones_stay_encrypted_and_open_with_their_password() {
    for strength in ["rc4-40", "rc4-128", "aes-128", "aes-256"] {
        let pdf = fixture(&format!("encrypted-user-{strength}"));
        assert_eq!(stamped(&pdf, &anyhow()).unwrap_err().code(), "pdf_encrypted", "{strength}");
        let wrong = with_password(&pdf, Some(b"nie-to"), &anyhow()).unwrap_err();
        assert_eq!(wrong.code(), "pdf_password_wrong", "{strength}");
        let stamped = with_password(&pdf, Some(b"czytelnik"), &anyhow()).unwrap();
        assert!(stamped.bytes.starts_with(&pdf));
        assert!(memchr::memmem::find(&stamped.bytes, b"qr-test").is_none(), "{strength}: the link is encrypted");
        assert_eq!(stamped, with_password(&pdf, Some(b"czytelnik"), &anyhow()).unwrap(), "{strength}: no chance in it");
        let addresses: Vec<_> =
            links(&read(&stamped.bytes, Some("czytelnik")), 1).into_iter().map(|(address, _)| address).collect();
        assert_eq!(addresses, [KOD1, KOD2], "{strength}");

        let pdf = fixture(&format!("encrypted-owner-{strength}"));
        assert_eq!(stamped_code(&pdf, None), "pdf_permissions", "{strength}");
        assert_eq!(stamped_code(&pdf, Some(b"wlasciciel")), "", "{strength}");
    }
}

pub(super) fn stamped_code(pdf: &[u8], password: Option<&[u8]>) -> &'static str {
    with_password(pdf, password, &anyhow()).map_or_else(|error| error.code(), |_| "")
}

#[test]
fn what_is_refused_has_a_code() {
    for name in ["certified-1", "certified-2", "certified-3"] {
        assert_eq!(refusal(name, &anyhow()), "pdf_certified");
    }
    assert_eq!(refusal("full", &upper_right()), "pdf_place_taken");
    assert_eq!(refusal("hostile/truncated", &upper_right()), "pdf_damaged");
    assert_eq!(refusal("blank", &at(Corner::TopLeft, 180.0, 10.0)), "pdf_no_room");
    assert_eq!(refusal("blank", &at(Corner::TopLeft, 10.0, -1.0)), "setting_malformed");
    assert_eq!(refusal("blank", &anyhow().size(Size::ModuleMm(f64::NAN))), "setting_malformed");
    let missing = anyhow().pages(Pages::Number(NonZeroU32::new(13).unwrap()));
    assert_eq!(refusal("pages-12", &missing), "pdf_page_missing");
}

#[test]
fn a_taken_place_is_seen_and_white_is_free() {
    let careful = |corner| at(corner, 10.0, 10.0).occupied(Occupied::Refuse);
    for free in ["blank", "white-background"] {
        let stamped = stamped(&fixture(free), &careful(Corner::BottomRight)).unwrap();
        assert_eq!(stamped.warnings, [], "{free}");
    }
    for path in named(&folder().join("producers")) {
        let pdf = fs::read(&path).unwrap();
        let error = stamped(&pdf, &careful(Corner::TopLeft)).unwrap_err();
        assert_eq!(error.code(), "pdf_place_taken", "{}: {error}", path.display());
        assert!(stamped(&pdf, &careful(Corner::BottomRight)).is_ok(), "{}", path.display());
    }
    let warned = stamped(&fixture("full"), &upper_right().occupied(Occupied::Warn)).unwrap();
    assert_eq!(warned.warnings[0].code(), "place_taken");
    assert_eq!(stamped(&fixture("full"), &anyhow()).unwrap().warnings, []);
}

#[test]
fn small_modules_and_signatures_are_warned_of() {
    let small = anyhow().size(Size::SideMm(15.0));
    assert_eq!(stamped(&fixture("blank"), &small).unwrap().warnings[0].code(), "module_small");
    for name in ["signed", "signed-twice", "signed-xref-stream"] {
        assert_eq!(stamped(&fixture(name), &anyhow()).unwrap().warnings[0].code(), "pdf_signed", "{name}");
    }
}

#[test]
fn pages_are_chosen() {
    let pages = |name: &str, pages| stamped(&fixture(name), &anyhow().pages(pages)).unwrap();
    assert_eq!(pages("pages-12", Pages::Last).pages, [12]);
    assert_eq!(pages("pages-12", Pages::Number(NonZeroU32::new(7).unwrap())).pages, [7]);
    let all = pages("pages-12", Pages::All);
    assert_eq!(all.pages, (1..=12).collect::<Vec<_>>());
    let all = read(&all.bytes, None);
    assert!((1..=12).all(|number| links(&all, number).len() == 2));
    for name in ["blank", "pages-12", "rotate-90", "object-streams", "hybrid", "user-unit", "inherited"] {
        let before = Document::load_mem(&fixture(name)).unwrap().get_pages().len() as u32;
        let new = pages(name, Pages::New);
        assert_eq!(new.pages, [before + 1], "{name}");
        let new = read(&new.bytes, None);
        assert_eq!(new.get_pages().len() as u32, before + 1, "{name}");
        assert_eq!((links(&new, before).len(), links(&new, before + 1).len()), (0, 2), "{name}");
    }
}

#[test]
fn embedded_xml_is_found() {
    let names = |name: &str| -> Vec<(String, usize)> {
        let found = Original::read(fixture(name), None).unwrap().embedded_xml().unwrap();
        found.into_iter().map(|file| (file.name, file.bytes.len())).collect()
    };
    let invoice = fs::read(folder().join("../invoices/good/fa3-basic.xml")).unwrap();
    assert_eq!(names("pdfa-3b"), [("fa3-basic.xml".to_owned(), invoice.len())]);
    assert_eq!(names("attachment-annotation"), [("faktura żółw.xml".to_owned(), invoice.len())]);
    assert_eq!(names("two-attachments").len(), 2);
    assert_eq!(names("attachment-no-xml"), []);
    let found = Original::read(fixture("pdfa-3b"), None).unwrap().embedded_xml().unwrap();
    assert_eq!(found[0].bytes, invoice);
}

/// Readers show no codes on these, or not all readers do: they repair what is wrong, each in its own way, or stop
/// before they come to the codes.
#[test]
fn damage_that_hides_codes_is_refused() {
    let damaged = [
        "bomb-searches",
        "content-noise",
        "content-numbers",
        "contents-loop",
        "count-lies",
        "count-negative",
        "crop-box-elsewhere",
        "kids-200000",
        "length-huge",
        "length-negative",
        "million-pages",
    ];
    for name in damaged {
        let stamp = at(Corner::BottomRight, 10.0, 10.0);
        let careful = stamp.clone().occupied(Occupied::Refuse);
        assert_eq!(refusal(&format!("hostile/{name}"), &careful), "pdf_damaged", "{name}");
        // The option is about what is in the place, not about what readers stop at.
        for occupied in [Occupied::Warn, Occupied::Ignore] {
            assert_eq!(refusal(&format!("hostile/{name}"), &stamp.clone().occupied(occupied)), "pdf_damaged", "{name}");
        }
    }
    for name in ["annotations-100000", "bomb-colour-spaces", "bomb-forms", "bomb-operand", "contents-100000"] {
        assert_eq!(refusal(&format!("hostile/{name}"), &anyhow()), "pdf_limits", "{name}");
    }
}

fn of_objects(objects: &[&str]) -> Vec<u8> {
    let mut pdf = "%PDF-1.4\n".to_owned();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (object, number) in objects.iter().zip(1..) {
        writeln!(table, "{:010} 00000 n ", pdf.len()).unwrap();
        write!(pdf, "{number} 0 obj\n{object}\nendobj\n").unwrap();
    }
    let trailer = format!("trailer\n<< /Size {} /Root 1 0 R >>\n", objects.len() + 1);
    let start = pdf.len();
    (pdf + &table + &trailer + &format!("startxref\n{start}\n%%EOF\n")).into_bytes()
}

/// A tree of two pages that says it has one or three: the last page is not one that readers show.
#[test]
fn pages_are_as_many_as_the_tree_says() {
    let page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] >>";
    let pdf = |count: u32| {
        let tree = format!("<< /Type /Pages /Kids [3 0 R 4 0 R] /Count {count} >>");
        of_objects(&["<< /Type /Catalog /Pages 2 0 R >>", &tree, page, page])
    };
    let outcome = |count, pages| {
        let stamped = stamped(&pdf(count), &anyhow().pages(pages));
        stamped.map(|stamped| stamped.pages).map_err(|error| error.code())
    };
    let second = Pages::Number(NonZeroU32::new(2).unwrap());
    assert_eq!(outcome(2, Pages::Last), Ok(vec![2]));
    assert_eq!(outcome(2, second), Ok(vec![2]));
    assert_eq!(outcome(1, Pages::First), Ok(vec![1]));
    for (count, pages) in [(1, Pages::Last), (3, Pages::Last), (3, Pages::New), (1, Pages::All), (1, second)] {
        assert_eq!(outcome(count, pages), Err("pdf_damaged"), "{count} {pages:?}");
    }
}

/// A PDF of one page with this content, and `more` behind it in the list of its parts.
fn with_content(content: &str, more: &str) -> Vec<u8> {
    let page = format!("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents [4 0 R {more}] >>");
    let content = format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len());
    of_objects(&["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>", &page, &content])
}

/// Poppler shows nothing of a page whose content is anything else than streams, a null being enough.
#[test]
fn content_is_streams() {
    let stamped = |more| stamped(&with_content("q", more), &anyhow()).map_err(|error| error.code());
    for more in ["", "null", "9 0 R"] {
        let document = read(&stamped(more).unwrap().bytes, None);
        let contents = page(&document, 1).get(b"Contents").unwrap().as_array().unwrap();
        assert_eq!(contents.len(), 3, "{more:?}: before, the page's own, after");
    }
    for more in ["7", "[4 0 R]", "3 0 R", "(text)"] {
        assert_eq!(stamped(more).unwrap_err(), "pdf_damaged", "{more}");
    }
}

/// What a page enlarges without end could lie anywhere.
#[test]
fn content_stays_within_numbers() {
    let content = |times| format!("1{} 0 0 1 0 0 cm ", "0".repeat(30)).repeat(times);
    let careful = upper_right();
    assert_eq!(stamped(&with_content(&content(2), ""), &careful).unwrap().warnings, []);
    for content in [content(12), format!("1{} w", "0".repeat(40))] {
        assert_eq!(stamped(&with_content(&content, ""), &careful).unwrap_err().code(), "pdf_damaged");
    }
}

/// A second here is for builds without optimisation and machines with other work; with it, none takes half of that.
#[test]
fn hostile_ones_end_soon() {
    let hostile = named(&folder().join("hostile"));
    assert!(hostile.len() > 90, "the fixtures were found");
    for path in hostile {
        let pdf = fs::read(&path).unwrap();
        let begun = Instant::now();
        // The first page would be found sooner than the last.
        for pages in [Pages::Last, Pages::New] {
            if let Ok(stamped) = stamped(&pdf, &upper_right().pages(pages)) {
                assert!(stamped.bytes.starts_with(&pdf), "{}", path.display());
            }
        }
        let _found = Original::read(pdf, None).and_then(|original| original.embedded_xml());
        assert!(begun.elapsed() < Duration::from_secs(20), "{}: {:?}", path.display(), begun.elapsed());
    }
}

/// Bytes changed here and there, by a fixed rule: nothing may panic, and what is taken keeps its beginning.
#[test]
fn damaged_ones_never_panic() {
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed as usize
    };
    let (mut taken, mut refused) = (0, 0);
    for name in ["object-streams", "hybrid", "encrypted-owner-rc4-40", "inherited", "signed", "form-xobject"] {
        let Ok(pdf) = fs::read(folder().join(name).with_extension("pdf")) else { continue };
        for _ in 0..40 {
            let mut damaged = pdf.clone();
            for _ in 0..=next() % 6 {
                let place = next() % damaged.len();
                damaged[place] = [next() as u8, b'0' + (next() % 10) as u8, b'<', b' '][next() % 4];
            }
            match stamped(&damaged, &upper_right().pages(Pages::All)) {
                Ok(stamped) => {
                    assert!(stamped.bytes.starts_with(&damaged));
                    taken += 1;
                }
                Err(_) => refused += 1,
            }
        }
    }
    assert!(taken + refused > 150 && refused > 10, "{taken} {refused}");
}

/// The places that a page of A4 has, in the order in which they are tried: what is drawn there, where the codes go.
#[test]
fn a_free_place_is_searched() {
    let place = |content: &str| {
        let stamped = stamped(&with_content(content, ""), &Stamp::default()).unwrap();
        let [place] = stamped.places[..] else { panic!("{:?}", stamped.places) };
        let codes = stamped.warnings.iter().map(Warning::code).collect::<Vec<_>>();
        (place.page, place.left_mm, place.top_mm + place.height_mm, codes)
    };
    // 600 x 800 points are 212 x 282 mm; the codes take 59 x 37.
    let (page, left, bottom, warnings) = place("");
    assert_eq!((page, bottom, warnings), (1, 272, vec![]));
    assert!((135..150).contains(&left), "{left}");
    let (right, low) = ("500 60 4 4 re f ", "0 0 600 120 re f ");
    assert_eq!(place(right).1, 10, "the lower left corner");
    let (_, left, bottom, _) = place(low);
    assert!((135..150).contains(&left) && bottom < 70, "the upper right corner: {left} {bottom}");
    let sides = "0 0 40 800 re f 560 0 40 800 re f ";
    let (_, left, bottom, _) = place(sides);
    assert!(left > 14 && bottom == 272, "between the corners, on the lower edge: {left} {bottom}");
    let (_, left, bottom, _) = place(&format!("{sides}{low} 0 680 600 120 re f"));
    assert!(left > 14 && (100..240).contains(&bottom), "anywhere: {left} {bottom}");
}

/// Footers, lines to sign on, frames, fields: where the codes went, looked at. Page, then left and top in millimetres.
#[test]
fn everyday_invoices_have_a_place() {
    for (name, expected) in [
        ("border", [1, 10, 243]),
        ("curves", [1, 141, 203]),
        ("field", [1, 10, 250]),
        ("footer", [1, 141, 243]),
        ("letterhead", [1, 141, 219]),
        ("long", [1, 141, 243]),
        ("signatures", [1, 141, 219]),
        ("turned", [1, 141, 250]),
        ("two-pages", [2, 141, 243]),
    ] {
        let stamped = stamped(&fixture(&format!("everyday/{name}")), &Stamp::default()).unwrap();
        let place = stamped.places[0];
        assert_eq!([place.page, place.left_mm, place.top_mm], expected, "{name}");
        assert_eq!(stamped.warnings.len(), usize::from(place.page > 1), "{name}: {:?}", stamped.warnings);
    }
    assert_eq!(stamped(&fixture("everyday/full"), &Stamp::default()).unwrap().pages, [2]);
}

/// White is free, lines are not the rectangle around them, and letters end where their ink does.
#[test]
fn what_is_ink_and_what_is_not() {
    let found = |content: &str| {
        let pdf = with_font(&["<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"], content);
        match stamped(&pdf, &at(Corner::BottomRight, 10.0, 10.0).occupied(Occupied::Refuse)) {
            Ok(_) => String::new(),
            Err(error) => {
                assert_eq!(error.code(), "pdf_place_taken", "{error}");
                error.message().to_owned()
            }
        }
    };
    for free in [
        "1 g 0 0 600 800 re f",
        "5 5 590 790 re S",
        "BI /W 1 /H 1 /CS /G /BPC 8 ID x EI",
        "BT 100 100 Td (Suma) Tj ET",
        "BT 300 100 Td (Suma                              ) Tj ET",
        "3 Tr BT 400 100 Td (Suma) Tj ET",
        "1 G 1 Tr BT 400 100 Td (Suma) Tj ET",
    ] {
        assert_eq!(found(free), "", "{free}");
    }
    for (ink, what) in [
        ("400 100 9 9 re f", "a filled area"),
        ("0 100 m 600 100 l S", "a line"),
        ("q 100 0 0 100 400 100 cm BI /W 1 /H 1 /CS /G /BPC 8 ID x EI Q", "a picture"),
        ("BT 450 100 Td (Suma: ) Tj (123,45) Tj ET", "the text \"Suma: 123,45\""),
        // Below the line, within the white margin.
        ("BT 450 135 Td (jpg) Tj ET", "the text \"jpg\""),
        ("/Missing 12 Tf BT 450 100 Td (Suma) Tj ET", "text"),
        // The inside of letters is white, and their outlines are not.
        ("1 g 1 Tr BT 450 100 Td (Suma) Tj ET", "the text \"Suma\""),
        ("1 g 2 Tr BT 450 100 Td (Suma) Tj ET", "the text \"Suma\""),
    ] {
        assert_eq!(found(ink), format!("page 1 has {what} where the codes are to be"), "{ink}");
    }
}

/// Where there is none of an ink, its space may show something else than paper; and white may turn around what it falls on.
#[test]
fn white_is_what_readers_show_as_white() {
    let found = |space: &str, content: &str| {
        let page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources << \
                    /ColorSpace << /Cs 5 0 R >> /ExtGState << /Gs << /BM [/Difference] >> /Nm << /BM /Normal >> >> >> >>";
        let content = format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len());
        // One row for each place of a table: 0 is the first, in each of two inks.
        let table = |range: &str, values: &str| {
            format!(
                "<< /FunctionType 0 /Domain [0 1 0 1] /Range [{range}] /Size [2 2] /BitsPerSample 8 /Filter /ASCIIHexDecode \
                 /Length {} >>\nstream\n{values}\nendstream",
                values.len()
            )
        };
        let tree = "<< /Type /Pages /Kids [3 0 R] /Count 1 >>";
        let (light, dark) = (table("0 1", "FF000000>"), table("0 1", "00FFFFFF>"));
        let profile = "<< /N 3 /Range [0 100 -128 127 -128 127] /Length 0 >>\nstream\n\nendstream";
        let calculation = "<< /FunctionType 4 /Domain [0 1] /Range [0 1] /Length 9 >>\nstream\n{ pop 0 }\nendstream";
        let file =
            ["<< /Type /Catalog /Pages 2 0 R >>", tree, page, &content, space, &light, &dark, profile, calculation];
        match stamped(&of_objects(&file), &at(Corner::BottomRight, 10.0, 10.0).occupied(Occupied::Refuse)) {
            Ok(_) => false,
            Err(error) => {
                assert_eq!(error.code(), "pdf_place_taken", "{space}: {error}");
                true
            }
        }
    };
    let exponential =
        |none: &str, full: &str| format!("<< /FunctionType 2 /Domain [0 1] /C0 [{none}] /C1 [{full}] /N 1 >>");
    let spot = |instead: &str, function: &str| format!("[/Separation /Spot {instead} {function}]");
    let stitched = |none: &str| {
        let (first, second) = (exponential(none, "0.5"), exponential("0.5", "0"));
        format!("<< /FunctionType 3 /Domain [0 1] /Functions [{first} {second}] /Bounds [0.5] /Encode [0 1 0 1] >>")
    };
    let usual = "0 0 600 800 re f";
    for (space, tint, is_ink) in [
        (spot("/DeviceGray", &exponential("1", "0")), "0", false),
        (spot("/DeviceGray", &exponential("1", "0")), "0.2", true),
        (spot("/DeviceGray", &exponential("0", "1")), "0", true),
        (spot("/DeviceGray", &exponential("0", "1")), "1", true),
        (spot("/DeviceRGB", &exponential("0 0 .4", "1 1 1")), "0", true),
        (spot("/DeviceRGB", &exponential("1 1 1", "0 0 .4")), "0", false),
        (spot("/DeviceCMYK", &exponential("0 0 0 0", "0 1 1 0")), "0", false),
        (spot("/DeviceCMYK", &exponential("0 0 0 1", "0 1 1 0")), "0", true),
        (spot("[/Lab << /WhitePoint [.9 1 .8] >>]", &exponential("100 0 0", "0 0 0")), "0", false),
        (spot("[/Lab << /WhitePoint [.9 1 .8] >>]", &exponential("0 0 0", "100 0 0")), "0", true),
        (spot("/DeviceGray", &stitched("1")), "0", false),
        (spot("/DeviceGray", &stitched("0")), "0", true),
        ("[/DeviceN [/One /Two] /DeviceGray 6 0 R]".to_owned(), "0 0", false),
        ("[/DeviceN [/One /Two] /DeviceGray 7 0 R]".to_owned(), "0 0", true),
        // What is not worked out counts as ink.
        (spot("/DeviceGray", "9 0 R"), "0", true),
        (spot("/DeviceGray", "<< /FunctionType 2 >>"), "0", true),
        ("[/Separation /Spot]".to_owned(), "0", true),
        ("[/Indexed /DeviceGray 1 <00FF>]".to_owned(), "1", true),
        ("[/Lab << /WhitePoint [.9 1 .8] >>]".to_owned(), "100 0 0", false),
        ("[/Lab << /WhitePoint [.9 1 .8] >>]".to_owned(), "100 90 0", true),
        ("[/CalRGB << /WhitePoint [.9 1 .8] >>]".to_owned(), "1 1 1", false),
        ("[/ICCBased 8 0 R]".to_owned(), "1 1 1", true),
    ] {
        assert_eq!(found(&space, &format!("/Cs cs {tint} scn {usual}")), is_ink, "{space} {tint}");
        assert_eq!(
            found(&space, &format!("/Cs CS {tint} SCN 20 w 300 20 m 590 20 l S 300 60 m 590 60 l S")),
            is_ink,
            "{space}"
        );
    }
    for (content, is_ink) in [
        ("1 g /Gs gs", true),
        ("1 g q /Gs gs Q", false),
        ("1 g /Gs gs /Nm gs", false),
        ("1 g /Missing gs", false),
        ("q 1 g /Gs gs 450 60 50 50 re f Q 1 g", true),
    ] {
        assert_eq!(found("/DeviceGray", &format!("{content} {usual}")), is_ink, "{content}");
    }
    for name in ["odd/tint-zero-dark", "odd/tint-zero-blue"] {
        assert_eq!(
            stamped(&fixture(name), &at(Corner::BottomRight, 10.0, 10.0).occupied(Occupied::Refuse))
                .unwrap_err()
                .code(),
            "pdf_place_taken",
            "{name}"
        );
    }
}

/// More than the usual distance from the edges is kept, or refused.
#[test]
fn a_distance_that_was_asked_for_is_not_given_up() {
    let automatic = |x_mm: f64, y_mm: f64| stamped(&fixture("blank"), &Stamp::default().distance_mm(x_mm, y_mm));
    for (x_mm, y_mm) in [(5000.0, 10.0), (10.0, 5000.0), (200.0, 0.0)] {
        let error = automatic(x_mm, y_mm).unwrap_err();
        assert_eq!(error.code(), "pdf_no_room");
        assert!(error.message().ends_with(&format!("{x_mm} and {y_mm} mm from a corner of it")), "{error}");
    }
    assert_eq!(automatic(60.0, 10.0).unwrap().pages, [1]);
    // On a narrow receipt the usual distance gives way.
    let narrow = of_objects(&[
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 190 800] >>",
    ]);
    let stacked = Stamp::default().arrangement(Arrangement::Stacked);
    assert_eq!(stamped(&narrow, &stacked).unwrap().pages, [1]);
}

/// Of content that cannot be read, the advice is what helps: a page of their own.
#[test]
fn advice_for_damage_is_what_helps() {
    use ksef_qr::pdf::remedy;
    for content in ["0 0 m 10 20 30 re f", "BT (open", "BI /W 9 /H 9 /CS /G /BPC 8 ID x"] {
        let pdf = with_content(content, "");
        let error = stamped(&pdf, &Stamp::default()).unwrap_err();
        assert_eq!((error.code(), error.hint()), ("pdf_damaged", remedy::DAMAGED_CONTENT), "{content}");
        assert_eq!(stamped(&pdf, &Stamp::default().pages(Pages::New)).unwrap().pages, [2]);
    }
    let error = stamped(&fixture("hostile/endstream-missing"), &Stamp::default()).unwrap_err();
    assert_eq!(error.hint(), remedy::DAMAGED_CONTENT);
    let error = stamped(&fixture("hostile/truncated"), &Stamp::default()).unwrap_err();
    assert_eq!(error.hint(), error.kind().hint());
}

/// A page of one content, whose font F is the first of these objects, the sixth of the file.
fn with_font(font: &[&str], content: &str) -> Vec<u8> {
    let page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources << /Font 5 0 R >> >>";
    let content = format!("/F 12 Tf {content}");
    let content = format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len());
    let tree = "<< /Type /Pages /Kids [3 0 R] /Count 1 >>";
    let file = ["<< /Type /Catalog /Pages 2 0 R >>", tree, page, &content, "<< /F 6 0 R >>"];
    of_objects(&[&file[..], font].concat())
}

/// In composite fonts a space is what the font says it is, and letters may stand under each other.
#[test]
fn composite_fonts_have_spaces_and_stand_upright() {
    let found = |encoding: &str, content: &str| {
        let font = format!(
            "<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /{encoding} /DescendantFonts [7 0 R] /ToUnicode 8 0 R >>"
        );
        let map = "1 beginbfchar <0003> <0020> endbfchar 1 beginbfrange <0010> <0020> <0041> endbfrange";
        let map = format!("<< /Length {} >>\nstream\n{map}\nendstream", map.len());
        let pdf = with_font(&[&font, "<< /Type /Font /Subtype /CIDFontType2 /DW 1000 >>", &map], content);
        stamped(&pdf, &at(Corner::BottomRight, 10.0, 10.0).occupied(Occupied::Refuse))
            .map_err(|error| error.message().to_owned())
    };
    let spaces = format!("BT 300 100 Td <0010{}> Tj ET", "0003".repeat(20));
    assert!(found("Identity-H", &spaces).is_ok());
    let letters = format!("BT 500 200 Td <{}> Tj ET", "0010".repeat(10));
    assert!(found("Identity-H", &letters).is_ok());
    let vertical = found("Identity-V", &letters).unwrap_err();
    assert_eq!(vertical, "page 1 has the text \"AAAAAAAAAA\" where the codes are to be");
}

/// A page of one content, with annotations on it.
fn with_annotation(annotation: &str) -> Vec<u8> {
    let page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Annots [4 0 R] >>";
    of_objects(&["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>", page, annotation])
}

/// Annotations lie above whatever the page draws: codes go elsewhere, or somebody is told.
#[test]
fn annotations_are_ink_if_they_are_seen() {
    let corner = |occupied| at(Corner::BottomRight, 10.0, 10.0).occupied(occupied);
    let area = "/Type /Annot /Rect [400 100 500 120]";
    for (annotation, what) in [
        ("/Subtype /Widget /FT /Tx /T (podpis)", "the form field \"podpis\""),
        ("/Subtype /Widget /FT /Tx", "a form field"),
        ("/Subtype /Text /Contents (note)", "an annotation"),
        ("/Subtype /Link", "a link with a border"),
        ("/Subtype /Widget /FT /Tx /F 36", "a form field"),
    ] {
        let pdf = with_annotation(&format!("<< {area} {annotation} >>"));
        let error = stamped(&pdf, &corner(Occupied::Refuse)).unwrap_err();
        assert_eq!(error.code(), "pdf_place_taken", "{annotation}");
        assert!(error.message().contains(what), "{error}");
        for occupied in [Occupied::Warn, Occupied::Ignore] {
            let warnings = stamped(&pdf, &corner(occupied)).unwrap().warnings;
            assert_eq!(warnings.iter().map(Warning::code).collect::<Vec<_>>(), ["place_taken"], "{annotation}");
        }
        let elsewhere = stamped(&pdf, &Stamp::default()).unwrap();
        assert_eq!((elsewhere.places[0].left_mm, &elsewhere.warnings[..]), (10, &[][..]), "{annotation}");
    }
    for unseen in
        ["/Subtype /Widget /FT /Tx /F 2", "/Subtype /Link /Border [0 0 0]", "/Subtype /Popup", "/Subtype /Text /F 32"]
    {
        let pdf = with_annotation(&format!("<< {area} {unseen} >>"));
        assert_eq!(stamped(&pdf, &corner(Occupied::Refuse)).unwrap().warnings, [], "{unseen}");
    }
}

/// Without a picture of its own, an annotation is drawn by the reader, where its coordinates are and not its rectangle.
#[test]
fn annotations_are_where_their_coordinates_are() {
    let corner = || at(Corner::BottomRight, 10.0, 10.0).occupied(Occupied::Refuse);
    let found = |annotation: &str| {
        let rect = if annotation.contains("/Rect") { "" } else { "/Rect [1 790 2 791]" };
        let pdf = with_annotation(&format!("<< /Type /Annot {rect} {annotation} >>"));
        match stamped(&pdf, &corner()) {
            Ok(_) => false,
            Err(error) => {
                assert_eq!(error.code(), "pdf_place_taken", "{annotation}: {error}");
                assert!(error.message().contains("an annotation") || error.message().contains("a link"), "{error}");
                true
            }
        }
    };
    for ink in [
        "/Subtype /Highlight /QuadPoints [400 120 500 120 400 100 500 100]",
        "/Subtype /Squiggly /QuadPoints [[400 120 500 120 400 100 500 100]]",
        "/Subtype /Link /QuadPoints [400 120 500 120 400 100 500 100]",
        "/Subtype /Polygon /Vertices [400 100 500 100 450 120]",
        "/Subtype /PolyLine /Vertices [1 790 450 100]",
        "/Subtype /Polygon /Path [[400 100] [410 110 420 120 430 130]]",
        "/Subtype /Ink /InkList [[1 790 2 791] [400 100 500 120]]",
        "/Subtype /Ink /InkList [[400 700 500 700]] /BS << /W 90 >>",
        "/Subtype /Line /L [400 100 500 120]",
        "/Subtype /Line /L [400 600 500 600] /LL -500",
        "/Subtype /Line /L [400 500 500 500] /BS << /W 80 >>",
        "/Subtype /FreeText /CL [1 790 400 120]",
        // What leads to no picture is drawn by the reader, too.
        "/Subtype /Line /L [400 100 500 120] /AP << /N null >>",
        "/Subtype /Line /L [400 100 500 120] /AP << /N << /On 9 0 R >> >>",
        // No rectangle at all, a border that reaches over, signs that have a size of their own.
        "/Subtype /Line /L [400 100 500 120] /Rect null",
        "/Subtype /Link /Rect [400 250 500 300] /Border [0 0 150]",
        "/Subtype /Text /Rect [589 100 590 101]",
        "/Subtype /Square /Rect [400 790 500 791] /RD [0 -700 0 0]",
    ] {
        assert!(found(ink), "{ink}");
    }
    for free in [
        "/Subtype /Highlight /QuadPoints [400 720 500 720 400 700 500 700]",
        "/Subtype /Highlight /QuadPoints []",
        "/Subtype /Highlight /QuadPoints [400]",
        "/Subtype /Line /L [400 700 500 700]",
        "/Subtype /Line /L [400 100 500 120] /F 2",
        "/Subtype /Link /QuadPoints [400 120 500 120 400 100 500 100] /Border [0 0 0]",
    ] {
        assert!(!found(free), "{free}");
    }
}

/// What a form leaves marked stays so behind it in some readers, which hide the codes with it: it is closed, wherever the
/// form is, whatever it is called, however deep it is, and also once all is known of the place.
#[test]
fn what_forms_leave_open_is_closed() {
    let closed = |content: &str, bounds: &str, stamp: &Stamp| {
        let page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources << /XObject << \
                    /X 5 0 R /Y 6 0 R /KsefQr 7 0 R >> >> >>";
        let stream =
            |dict: &str, content: &str| format!("<< {dict} /Length {} >>\nstream\n{content}\nendstream", content.len());
        let form = format!("/Type /XObject /Subtype /Form /BBox [{bounds}]");
        let pdf = of_objects(&[
            "<< /Type /Catalog /Pages 2 0 R >>",
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            page,
            &stream("", content),
            &stream(&form, "/P BMC"),
            &stream(&form, "/X Do /X Do EMC /X Do"),
            &stream(&form, "1 g 0 0 9 9 re f /P BMC"),
        ]);
        let stamped = read(&stamped(&pdf, stamp).unwrap().bytes, None);
        let id = page_contents_last(&stamped);
        let ending = stamped.get_object(id).unwrap().as_stream().unwrap();
        let ending = ending.decompressed_content().unwrap_or_else(|_| ending.content.clone());
        let ending = String::from_utf8(ending).unwrap();
        ending.split("/Artifact BMC").next().unwrap().matches("EMC").count()
    };
    let corner = at(Corner::BottomRight, 10.0, 10.0);
    for stamp in [Stamp::default().occupied(Occupied::Warn), corner] {
        for bounds in ["0 0 600 800", "0 790 9 800"] {
            for (content, marks) in [
                ("/X Do", 1),
                ("/X Do /X Do", 2),
                ("/X Do EMC", 0),
                ("/Y Do", 2),
                ("/P BMC /Y Do", 3),
                ("/KsefQr Do", 1),
                ("0 0 600 800 re f /X Do", 1),
                ("0 0 600 800 re f /Y Do /Y Do", 4),
            ] {
                let warned = stamp.clone().pages(Pages::First);
                assert_eq!(closed(content, bounds, &warned), marks, "{content} in {bounds}");
            }
        }
    }
}

/// What draws letters, and what masks are made of, may leave marked content open, too: nobody knows how often it is drawn.
#[test]
fn what_letters_and_masks_leave_open_is_refused() {
    let content =
        |content: &str, dict: &str| format!("<< {dict} /Length {} >>\nstream\n{content}\nendstream", content.len());
    let stamp = |layers: &str, page: &str, letter: &str, mask: &str| {
        let resources = "/Font << /T 6 0 R >> /ExtGState << /S << /SMask << /S /Luminosity /G 8 0 R >> >> /N << /SMask /None >> \
             /F << /Font [6 0 R 9] >> >>";
        let resources =
            format!("{resources} /XObject << /X 9 0 R >> /Properties << /H 5 0 R >> /Pattern << /P 8 0 R >>");
        let pdf = of_objects(&[
            &format!("<< /Type /Catalog /Pages 2 0 R {layers} >>"),
            &format!("<< /Type /Pages /Kids [3 0 R] /Count 1 /Resources << {resources} >> >>"),
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R >>",
            &content(page, ""),
            "<< /Type /OCG /Name (x) >>",
            "<< /Type /Font /Subtype /Type3 /FontBBox [0 0 9 9] /FontMatrix [0.001 0 0 0.001 0 0] /CharProcs << /b 7 0 R \
             /a 7 0 R /c null >> /Encoding << /Differences [97 /a] >> /FirstChar 97 /LastChar 97 /Widths [1000] >>",
            &content(letter, ""),
            &content(mask, "/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Group << /S /Transparency >>"),
            &content("/OC /H BDC", "/Type /XObject /Subtype /Form /BBox [0 0 9 9]"),
        ]);
        stamped(&pdf, &Stamp::default())
    };
    let layers = "/OCProperties << /OCGs [5 0 R] /D << /OFF [5 0 R] >> >>";
    let (letters, mask) = ("BT /T 9 Tf (a) Tj ET", "q /S gs 0 0 1 1 re f Q");
    for (page, letter, group, why) in [
        (letters, "9 0 d0 /OC /H BDC", "", "a letter of a font"),
        (letters, "9 0 d0 /X Do", "", "a letter of a font"),
        // A letter that is drawn by letters of its own font, and a mask by what is masked.
        (letters, "9 0 d0 BT /T 9 Tf (a) Tj ET /OC /H BDC", "", "a letter of a font"),
        (letters, "9 0 d0 /S gs", "/S gs /OC /H BDC", "a soft mask"),
        (mask, "", "/OC /H BDC", "a soft mask"),
        (mask, "", "/X Do", "a soft mask"),
        ("/F gs BT (a) Tj ET", "9 0 d0 /OC /H BDC", "", "a letter of a font"),
        ("/Pattern cs /P scn 0 0 9 9 re f", "", "/OC /H BDC", "a pattern"),
        ("/Pattern CS /P SCN 0 0 9 9 re S", "", "/X Do", "a pattern"),
    ] {
        let error = stamp(layers, page, letter, group).err().unwrap();
        assert_eq!(error.kind(), ksef_qr::error::ErrorKind::PdfDamaged, "{letter} {group}");
        assert!(error.to_string().contains(why) && error.to_string().contains("may hide the codes"), "{error}");
        // Without layers there is nothing to hide.
        assert!(stamp("", page, letter, group).is_ok(), "{letter} {group}");
    }
    for (page, letter, group) in [
        (letters, "9 0 d0 /OC /H BDC 0 0 9 9 re f EMC", "/OC /H BDC"),
        (letters, "9 0 d0 BT /T 9 Tf (a) Tj ET", ""),
        ("/N gs /No gs BT /No 9 Tf (a) Tj ET", "9 0 d0 /OC /H BDC", "/OC /H BDC"),
        (mask, "", "/OC /H BDC 0 0 9 9 re f EMC"),
    ] {
        assert!(stamp(layers, page, letter, group).is_ok(), "{page} {letter} {group}");
    }
}

/// What the page draws grey by is what some readers draw the codes by.
#[test]
fn another_colour_in_the_place_of_grey_is_refused() {
    let page = |grey: &str| {
        let page = format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Resources << /ColorSpace << /DefaultGray {grey} >> >> >>"
        );
        let function = "<< /FunctionType 2 /Domain [0 1] /C0 [1] /C1 [1] /N 1 >>";
        let pdf = of_objects(&[
            "<< /Type /Catalog /Pages 2 0 R >>",
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            &page,
            function,
            "<< /N 1 /Length 0 >>\nstream\n\nendstream",
            "<< /N 3 /Length 0 >>\nstream\n\nendstream",
            "<< /N 1 /Range [0 100] /Length 0 >>\nstream\n\nendstream",
        ]);
        stamped(&pdf, &at(Corner::BottomRight, 10.0, 10.0)).map(|_| ()).map_err(|error| error.code())
    };
    for usual in [
        "/DeviceGray",
        "[/CalGray << /WhitePoint [0.95 1 1.09] >>]",
        "[/CalGray << /WhitePoint [0.95 1 1.09] /Gamma 2.2 >>]",
        "[/ICCBased 5 0 R]",
        "null",
    ] {
        assert_eq!(page(usual), Ok(()), "{usual}");
    }
    for other in [
        "[/Separation /Black /DeviceGray 4 0 R]",
        "[/Indexed /DeviceGray 1 <FFFF>]",
        "/Pattern",
        "/DeviceRGB",
        "[/CalRGB << /WhitePoint [0.95 1 1.09] >>]",
        "[/CalGray << /WhitePoint [0.95 1 1.09] /Gamma 0 >>]",
        "[/CalGray << /WhitePoint [0.95 1 1.09] /Gamma 0.000001 >>]",
        "[/CalGray << /WhitePoint [0 0 0] >>]",
        "[/CalGray << >>]",
        "[/ICCBased 6 0 R]",
        "[/ICCBased 7 0 R]",
        "1",
    ] {
        assert_eq!(page(other), Err("pdf_damaged"), "{other}");
    }
}

/// A stream of this content.
fn drawing(dict: &str, content: &str) -> String {
    format!("<< {dict} /Length {} >>\nstream\n{content}\nendstream", content.len())
}

/// A PDF of one page with this content and these keys, and `more` objects from the fifth on.
fn of_page(content: &str, keys: &str, more: &[&str]) -> Vec<u8> {
    let page = format!("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R {keys} >>");
    let file = ["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>", &page, content];
    of_objects(&[&file, more].concat())
}

/// What comes of codes in the lower right corner.
fn in_the_corner(pdf: &[u8]) -> std::result::Result<(), &'static str> {
    let stamped = stamped(pdf, &at(Corner::BottomRight, 10.0, 10.0).occupied(Occupied::Refuse));
    stamped.map(|stamped| assert_eq!(stamped.warnings, [])).map_err(|error| error.code())
}

/// What is changed twice in one update is changed in one way only.
#[test]
fn an_object_that_is_two_things_is_refused() {
    for page in ["/Resources 3 0 R", "/Resources << /XObject 3 0 R >>", "/Resources 5 0 R"] {
        let pdf = of_page(&drawing("", ""), page, &["<< /XObject 5 0 R >>"]);
        assert_eq!(in_the_corner(&pdf), Err("pdf_damaged"), "{page}");
    }
}

/// Names and numbers may stand elsewhere; of a list of something else each reader makes something else.
#[test]
fn references_are_followed_and_lists_hold_numbers() {
    let form = |dict: &str| {
        let form = drawing(&format!("/Type /XObject {dict}"), "0 0 600 400 re f");
        in_the_corner(&of_page(
            &drawing("", "/X Do"),
            "/Resources << /XObject << /X 5 0 R >> >>",
            &[&form, "/Form", "300"],
        ))
    };
    assert_eq!(form("/Subtype 6 0 R /BBox [0 0 600 800]"), Err("pdf_place_taken"));
    assert_eq!(form("/Subtype /Form /BBox [0 0 7 0 R 800] /Matrix [1 0 0 1 7 0 R 0]"), Err("pdf_place_taken"));
    assert_eq!(form("/Subtype /Form /BBox [0 0 200 800]"), Ok(()));
    for list in ["/BBox [0 0 9]", "/BBox [0 0 9 9 9]", "/BBox [0 0 9 null]", "/Matrix [1 0 0 1 0 /x]", "/Matrix 1"] {
        assert_eq!(form(&format!("/Subtype /Form {list}")), Err("pdf_damaged"), "{list}");
    }
    let page = |keys: &str| in_the_corner(&of_page(&drawing("", ""), keys, &["400"]));
    assert_eq!(page("/CropBox [0 0 5 0 R 800]"), Ok(()));
    for list in ["[0 0 400 800 0]", "[null 0 400 800]", "[(x) 0 400 800]", "[/x 0 400 800]", "[true 0 400 800]", "[]"] {
        assert_eq!(page(&format!("/CropBox {list}")), Err("pdf_damaged"), "{list}");
        let stamp = format!("<< /Subtype /Stamp /Rect {list} >>");
        assert_eq!(in_the_corner(&with_annotation(&stamp)), Err("pdf_place_taken"), "{list}");
    }
}

/// Each reader has its own way to read such data.
#[test]
fn data_are_packed_as_they_say() {
    let page = |stream: &str| in_the_corner(&of_page(stream, "", &["/Crypt"]));
    assert_eq!(page(&drawing("/Filter [/ASCIIHexDecode] /DecodeParms null", "71 51>")), Ok(()));
    let odd = ["/F /AHx", "/DP << >>", "/Filter [/ASCIIHexDecode] /DecodeParms << /X 1 >>", "/FFilter /AHx"];
    for odd in odd {
        assert_eq!(page(&drawing(odd, "71 51>")), Err("pdf_damaged"), "{odd}");
    }
    for begin in [" Q Q\n", " "] {
        let stream = format!("<< /Length 3 >>\nstream{begin}q Q\nendstream");
        assert_eq!(page(&stream), Err("pdf_damaged"), "{begin:?}");
    }
}

/// Some readers go from the page to its parent for what it inherits, some from the root down.
#[test]
fn what_a_page_inherits_is_the_same_both_ways() {
    let pdf = |tree: &str, page: &str| {
        of_objects(&[
            "<< /Type /Catalog /Pages 2 0 R >>",
            &format!("<< /Kids [3 0 R] /Count 1 {tree} >>"),
            &format!("<< {page} >>"),
            "<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 300 300] >>",
        ])
    };
    let size = "/MediaBox [0 0 600 800]";
    for (tree, page) in [
        (size, "/Type /Page /Parent 2 0 R"),
        (size, "/Parent 2 0 R"),
        ("/Rotate 0", "/Type /Page /Parent 4 0 R /Rotate 0 /MediaBox [0 0 600 800]"),
        ("", "/Type /Page /MediaBox [0 0 600 800]"),
    ] {
        assert_eq!(in_the_corner(&pdf(tree, page)), Ok(()), "{tree} {page}");
    }
    for (tree, page) in [
        (size, "/Type /Page"),
        (size, "/Type /Page /Parent null"),
        (size, "/Type /Page /Parent 4 0 R"),
        ("/Rotate 90", "/Type /Page /Parent 4 0 R /MediaBox [0 0 600 800]"),
        (size, "/Type /Page /Parent 2 0 R /MediaBox null"),
        ("/CropBox [0 0 9 9]", "/Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /CropBox [1 2 3]"),
        (size, "/Type /Page /Parent 2 0 R /Kids [4 0 R]"),
        (size, "/Type /Template /Parent 2 0 R"),
        (size, "/Type /Pages /Parent 2 0 R"),
    ] {
        assert_eq!(in_the_corner(&pdf(tree, page)), Err("pdf_damaged"), "{tree} {page}");
    }
}

/// Parameters of the graphics state, clips by nothing, and annotations that readers turn or draw by themselves.
#[test]
fn ink_that_comes_by_another_way_is_seen() {
    let page = |content: &str| {
        let resources = "/Resources << /Font << /F 5 0 R >> /ExtGState << /W << /LW 700 >> /F << /Font [5 0 R 40] >> \
                         /T << /TR 6 0 R >> /I << /TR /Identity >> >> >>";
        let font = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>";
        let function = "<< /FunctionType 2 /Domain [0 1] /C0 [1] /C1 [0] /N 1 >>";
        in_the_corner(&of_page(&drawing("", content), resources, &[font, function]))
    };
    for ink in [
        "/W gs 0 400 m 600 400 l S",
        "/F gs BT 400 60 Td (RAZEM 9999) Tj ET",
        "/T gs 1 g 0 0 600 400 re f",
        "W n 0 0 600 400 re f",
    ] {
        assert_eq!(page(ink), Err("pdf_place_taken"), "{ink}");
    }
    for free in ["0 400 m 600 400 l S", "/I gs 1 g 0 0 600 400 re f", "0 700 9 9 re W n 0 0 600 400 re f"] {
        assert_eq!(page(free), Ok(()), "{free}");
    }
    let annotation = |keys: &str| {
        let page = "/Annots [5 0 R] /Rotate 0";
        let look = drawing("/Subtype /Form /BBox [0 0 9 9]", "0 0 9 9 re f");
        in_the_corner(&of_page(&drawing("", ""), page, &[&format!("<< {keys} >>"), &look, "/Popup"]))
    };
    let marker =
        "/Subtype /Highlight /QuadPoints [400 120 500 120 400 100 500 100] /Rect [1 790 2 791] /AP << /N 6 0 R >>";
    for ink in [
        "/Subtype /Stamp /F 20 /Rect [300 300 600 400]",
        "/Subtype /Stamp /F 4294967298 /Rect [400 100 500 120]",
        "/Subtype 7 0 R /Rect [400 100 500 120] /AP << /N 6 0 R >>",
        marker,
    ] {
        assert_eq!(annotation(ink), Err("pdf_place_taken"), "{ink}");
    }
    for free in ["/Subtype /Stamp /F 4 /Rect [300 300 600 400]", "/Subtype 7 0 R /Rect [400 100 500 120]"] {
        assert_eq!(annotation(free), Ok(()), "{free}");
    }
}

/// A comment at the end of a part goes on in the next one, for some readers.
#[test]
fn a_part_of_the_content_ends_no_comment() {
    assert_eq!(stamped(&with_content("q % x", ""), &Stamp::default()).unwrap().warnings, []);
    assert_eq!(stamped(&with_content("q % x\n", "4 0 R"), &Stamp::default()).unwrap().warnings, []);
    assert_eq!(stamped(&with_content("BT (50%) Tj ET", "4 0 R"), &Stamp::default()).unwrap().warnings, []);
    let error = stamped(&with_content("q % x", "4 0 R"), &Stamp::default()).unwrap_err();
    assert!(error.message().contains("a part of the content ends within a comment"), "{error}");
}

/// The stream that draws the codes on the first page.
fn page_contents_last(document: &Document) -> lopdf::ObjectId {
    page(document, 1).get(b"Contents").unwrap().as_array().unwrap().last().unwrap().as_reference().unwrap()
}

/// Where readers stop or go on with something else, the codes behind it are not seen by all.
#[test]
fn content_after_which_readers_stop_is_refused() {
    for content in [
        "q 1 0 0 1 72 cm Q",
        "10 m 20 20 l S",
        "BT /F Tf ET",
        "BT (open) Tj (not closed",
        "[1 2 3",
        "/P << /MCID 0 ",
        "<48656c",
        "BI /W 100 /H 100 /CS /RGB /BPC 8 ID short EI Q",
        "BI /W 8 /H 1 /CS /G /BPC 8 /F /CCF ID xx EI)yy EI Q",
        "BI /W 8 /H 1 /CS /G /BPC 8 ID 12345678",
        "BI /W 1 /H 1 /CS /G /BPC 8 ID ab EI",
        "BI /W 1 /H 1 /BPC 8 ID a EI",
        "BI /W 1 /H 1 /CS /G ID a EI",
        "BI /W 1 /H 1 /CS /G /BPC 3 ID a EI",
        "BI /W 16 /H 1 /IM true /CS /RGB ID ab EI",
        "BI /W 1 /Width 2 /H 1 /CS /G /BPC 8 ID a EI",
        "BI /W 1 /H 1 /CS /G /BPC 8 /F /LZW ID a EI",
        "BI /W 1 /H 1 /CS /G /BPC 8 /F /DCT ID \u{7f}a EI",
        "BI /W 1 /H 1 /CS /G /BPC 8 /F /AHx ID 61> ( EI",
        "q\u{80} Q",
        "/P\u{80} BMC EMC",
        &format!("{} q", "x".repeat(128)),
        &"/No Do ".repeat(60),
        &"/No gs ".repeat(60),
        &"/No cs ".repeat(60),
        &"/Pattern cs /No scn ".repeat(60),
        &format!("{} w", "1 ".repeat(1001)),
        "9 0 d0",
        "0 0 0 0 9 9 d1",
    ] {
        let pdf = with_content(content, "");
        for occupied in [Occupied::Refuse, Occupied::Warn, Occupied::Ignore] {
            for stamp in [Stamp::default(), at(Corner::TopLeft, 10.0, 10.0)] {
                let error = stamped(&pdf, &stamp.occupied(occupied)).unwrap_err();
                assert_eq!(error.code(), "pdf_damaged", "{content}");
                let begin = "page 1: readers may stop before they come to the codes: ";
                assert!(error.message().starts_with(begin), "{error}");
            }
            assert_eq!(stamped(&pdf, &Stamp::default().occupied(occupied).pages(Pages::New)).unwrap().pages, [2]);
        }
    }
    // What is only left open is closed: a path, a clip, text, states.
    for content in ["0 0 10 10 re", "0 0 10 10 re W", "W n", "BT", "q q BT /P BMC", "Q Q q"] {
        assert_eq!(stamped(&with_content(content, ""), &Stamp::default()).unwrap().warnings, [], "{content}");
    }
    for name in ["hostile/pdf-flipped-byte-1", "hostile/pdf-flipped-byte-2"] {
        let pdf = fs::read(folder().join("../cases").join(name).with_extension("pdf")).unwrap();
        for occupied in [Occupied::Refuse, Occupied::Warn, Occupied::Ignore] {
            let error = stamped(&pdf, &Stamp::default().occupied(occupied)).unwrap_err();
            assert_eq!(error.code(), "pdf_damaged", "{name}");
        }
    }
}

/// A bit of the content is flipped: it is refused, or what this crate reads of the page has both codes. The same against
/// poppler and `ZXing`: `.ci/flip_pdf.py`.
#[test]
fn flipped_bits_never_lose_codes() {
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed as usize
    };
    let (mut refused, mut taken) = (0, 0);
    for path in named(&folder().join("producers")) {
        let pdf = fs::read(&path).unwrap();
        let document = Document::load_mem(&pdf).unwrap();
        let contents = document.get_page_contents(document.get_pages()[&1]);
        let stream = document.get_object(contents[0]).unwrap().as_stream().unwrap();
        let start = memchr::memmem::find(&pdf, &stream.content).unwrap();
        for _ in 0..30 {
            let mut flipped = pdf.clone();
            flipped[start + next() % stream.content.len()] ^= 1 << (next() % 8);
            match stamped(&flipped, &Stamp::default()) {
                Ok(once) => {
                    // What is there is seen by the one who looks for it, in a state that no earlier content touched.
                    let again = stamped(&once.bytes, &Stamp::default()).unwrap_err();
                    assert_eq!(again.code(), "pdf_stamped_already", "{}", path.display());
                    taken += 1;
                }
                Err(error) => {
                    assert!(["pdf_damaged", "pdf_limits"].contains(&error.code()), "{error}");
                    refused += 1;
                }
            }
        }
    }
    assert!(refused > 100 && taken + refused == 180, "{taken} taken, {refused} refused");
}

/// Where `EI` is looked for differs from reader to reader; the picture's measures and its filter say where it is.
#[test]
fn pictures_within_content_end_where_their_measures_say() {
    for name in ["ei-comment", "ei-latin2", "ei-mcid", "ei-nul", "ei-ok", "inline-image-nul"] {
        let pdf = fs::read(folder().join("../cases/pdf").join(name).with_extension("pdf")).unwrap();
        let stamped = stamped(&pdf, &Stamp::default());
        let stamped = stamped.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!((stamped.pages.as_slice(), stamped.warnings.as_slice()), (&[1][..], &[][..]), "{name}");
        assert!(stamped.places[0].left_mm < 120 || name.starts_with("inline"), "{name}: what follows is seen as ink");
    }
}

#[test]
fn what_is_stamped_is_not_stamped_again_unless_that_is_meant() {
    let once = stamped(&fixture("blank"), &Stamp::default()).unwrap();
    let corner = |corner, occupied| at(corner, 10.0, 10.0).occupied(occupied);
    for again in [Stamp::default(), corner(Corner::BottomRight, Occupied::Refuse)] {
        let error = stamped(&once.bytes, &again).unwrap_err();
        assert_eq!(error.code(), "pdf_stamped_already");
        assert!(error.message().starts_with("this was stamped by ksef-qr already"), "{error}");
    }
    assert!(stamped(&once.bytes, &corner(Corner::TopLeft, Occupied::Refuse)).is_ok(), "another place was chosen");
    let beside = stamped(&once.bytes, &Stamp::default().occupied(Occupied::Warn)).unwrap();
    assert_eq!(links(&read(&beside.bytes, None), 1).len(), 4);
    // Wherever in the document they are.
    let last = stamped(&fixture("pages-12"), &at(Corner::BottomRight, 10.0, 10.0).pages(Pages::Last)).unwrap();
    assert_eq!(stamped(&last.bytes, &Stamp::default()).unwrap_err().code(), "pdf_stamped_already");
    // A form of somebody else's that has our name is none of ours.
    assert!(stamped(&fixture("form-xobject"), &Stamp::default()).is_ok());
}

/// The first page is full: the last one, one between, or a new one gets the codes, and somebody is told.
/// Draws pages with another's program, as the command does in a process of its own.
struct Drawn;

impl PageDrawer for Drawn {
    fn dark(&self, pdf: &[u8], page: u32, columns: usize, rows: usize) -> Option<Vec<Vec<bool>>> {
        let lines = ksef_qr_scan::ink(pdf, page as usize, columns, rows).ok()?;
        Some(lines.iter().map(|line| line.bytes().map(|square| square == b'1').collect()).collect())
    }
}

/// Where a picture is white, the page is free, if somebody draws it.
#[test]
fn the_white_of_pictures_is_free() {
    let seen = |pdf: &[u8], stamp: &Stamp| {
        Original::read(pdf.to_vec(), None).unwrap().seen_by(Some(Arc::new(Drawn))).stamp(&*CODES, stamp)
    };
    let corner = |corner| Stamp::default().corner(corner).occupied(Occupied::Refuse);
    for (name, expected) in [("scan", [1, 141, 250]), ("scan-turned", [1, 141, 250]), ("stationery", [1, 141, 243])] {
        let pdf = fixture(&format!("everyday/{name}"));
        let made = seen(&pdf, &Stamp::default()).unwrap();
        let place = made.places[0];
        assert_eq!([place.page, place.left_mm, place.top_mm], expected, "{name}");
        assert!(made.warnings.is_empty(), "{name}: {:?}", made.warnings);
        // It is not free without, and not where the picture shows something.
        assert_eq!(stamped(&pdf, &Stamp::default()).unwrap().pages, [2], "{name}");
        assert_eq!(stamped(&pdf, &corner(Corner::BottomLeft)).unwrap_err().code(), "pdf_place_taken", "{name}");
        assert_eq!(seen(&pdf, &corner(Corner::TopLeft)).unwrap_err().code(), "pdf_place_taken", "{name}");
    }
    assert!(seen(&fixture("everyday/scan"), &corner(Corner::BottomLeft)).unwrap().warnings.is_empty());
    // A picture that is dark all over, and one that nobody can decode.
    assert_eq!(seen(&fixture("everyday/photograph"), &Stamp::default()).unwrap().pages, [2]);
    let mut broken = fixture("everyday/scan");
    let start = broken.windows(7).position(|part| part == b"stream\n").unwrap();
    broken[start + 7..start + 700].fill(b'z');
    assert_eq!(seen(&broken, &Stamp::default()).unwrap().pages, [2]);
}

#[test]
fn other_pages_are_tried_then_a_new_one() {
    let pdf = |contents: &[&str]| {
        let kids: Vec<String> = (0..contents.len()).map(|page| format!("{} 0 R", 3 + 2 * page)).collect();
        let tree = format!("<< /Type /Pages /Kids [{}] /Count {} >>", kids.join(" "), contents.len());
        let mut objects = vec!["<< /Type /Catalog /Pages 2 0 R >>".to_owned(), tree];
        for (content, page) in contents.iter().zip(0..) {
            let number = 4 + 2 * page;
            objects.push(format!("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents {number} 0 R >>"));
            objects.push(format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()));
        }
        of_objects(&objects.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let full = "0 0 600 800 re f";
    for (contents, page) in
        [(&["", full][..], 1), (&[full, "", ""], 3), (&[full, "", full], 2), (&[full, full], 3), (&[full], 2)]
    {
        let stamped = stamped(&pdf(contents), &Stamp::default()).unwrap();
        assert_eq!(stamped.pages, [page], "{contents:?}");
        let codes: Vec<_> = stamped.warnings.iter().map(Warning::code).collect();
        assert_eq!(codes, if page == 1 { vec![] } else { vec!["place_moved"] }, "{contents:?}");
        assert_eq!(links(&read(&stamped.bytes, None), page).len(), 2, "{contents:?}");
    }
    let chosen = stamped(&pdf(&[full, ""]), &Stamp::default().pages(Pages::First)).unwrap_err();
    assert_eq!(chosen.code(), "pdf_place_taken");
    assert!(chosen.message().contains("a filled area"), "{chosen}");
    let warned = stamped(&pdf(&[full, ""]), &Stamp::default().pages(Pages::First).occupied(Occupied::Warn)).unwrap();
    assert_eq!((warned.pages, warned.warnings[0].code()), (vec![1], "place_taken"));
}

/// A new page is as large as the last one, or as what goes on it.
#[test]
fn a_new_page_is_large_enough() {
    let page = |media: &str| {
        let page = format!("<< /Type /Page /Parent 2 0 R /MediaBox {media} >>");
        of_objects(&["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>", &page])
    };
    for pages in [Pages::New, Pages::Auto] {
        let new = stamped(&page("[0 0 90 60]"), &Stamp::default().pages(pages)).unwrap();
        assert_eq!(new.pages, [2], "{pages:?}");
        assert_eq!(links(&read(&new.bytes, None), 2).len(), 2);
    }
    assert_eq!(stamped(&page("[0 0 90 60]"), &upper_right()).unwrap_err().code(), "pdf_no_room");
}

/// Readers that know dynamic forms draw the form, and none of the pages.
#[test]
fn dynamic_forms_are_warned_of() {
    let page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] >>";
    let catalog = "<< /Type /Catalog /Pages 2 0 R /NeedsRendering true /AcroForm << /XFA [] /Fields [] >> >>";
    let pdf = of_objects(&[catalog, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>", page]);
    assert_eq!(stamped(&pdf, &Stamp::default()).unwrap().warnings[0].code(), "place_unknown");
}

/// Many readers show a page without regard to its unit: codes that are too small there are warned of.
#[test]
fn units_make_codes_small_for_some_readers() {
    let page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /UserUnit 10 >>";
    let pdf = of_objects(&["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>", page]);
    assert_eq!(stamped(&pdf, &Stamp::default()).unwrap().warnings[0].code(), "module_small");
}

mod read_back {
    use super::*;
    use ksef_qr_scan::Origin;

    /// What the codes say, and where the links lead.
    fn texts(pdf: &[u8]) -> [Vec<String>; 2] {
        let found = ksef_qr_scan::pdf(pdf).unwrap();
        [Origin::Code, Origin::Link].map(|origin| {
            let texts = found.texts.iter().filter(|found| found.origin == origin && found.text.contains("ksef"));
            let mut texts: Vec<_> = texts.map(|found| found.text.clone()).collect();
            texts.sort();
            texts
        })
    }

    fn are_read(names: &[&str]) {
        for name in names {
            let stamped = stamped(&fixture(name), &at(Corner::BottomRight, 10.0, 10.0)).unwrap();
            assert_eq!(texts(&stamped.bytes), [[KOD2, KOD1], [KOD2, KOD1]], "{name}");
        }
    }

    #[test]
    fn both_codes_are_read_on_pages_that_are_turned_and_moved() {
        are_read(&["rotate-90", "rotate-180", "rotate-270", "cropped-rotated", "offset-media-box"]);
    }

    #[test]
    fn both_codes_are_read_behind_every_kind_of_content() {
        are_read(&["blank", "unbalanced-q", "unbalanced-big-q", "object-streams", "pdfa-1b", "contents-array"]);
    }

    #[test]
    fn stacked_with_links_and_on_a_new_page() {
        let stamp = anyhow().pages(Pages::New).arrangement(Arrangement::Stacked).show_links(true);
        let stamped = stamped(&fixture("letter"), &stamp).unwrap();
        assert_eq!(texts(&stamped.bytes)[0], [KOD2, KOD1]);
    }
}

/// How often an object is needed costs, and not only how large the file is: each of these asks for minutes of work.
mod little_files_of_much_work {
    use super::*;

    const CATALOG: &str = "<< /Type /Catalog /Pages 2 0 R >>";
    const TREE: &str = "<< /Type /Pages /Kids [3 0 R] /Count 1 >>";
    const PAGE: &str = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800]";

    /// A dictionary of so many entries.
    fn large(entries: usize) -> String {
        (0..entries).fold("<<".to_owned(), |text, n| text + &format!("/A{n} {n}")) + ">>"
    }

    /// Uses these words over and over, out of a kind of resources that is large.
    fn content_of(words: &str, kind: &str, times: usize, entries: usize, shared: bool) -> Vec<u8> {
        let content = format!("BT {} ET", words.repeat(times));
        let large = large(entries).replacen("<<", "<< /X 6 0 R /C /DeviceGray ", 1);
        let resources = if shared { "5 0 R" } else { &large };
        let page = format!("{PAGE} /Contents 4 0 R /Resources << /{kind} {resources} >> >>");
        let content = format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len());
        let picture = "<< /Subtype /Image /Width 1 /Height 1 /Length 0 >>\nstream\n\nendstream";
        of_objects(&[CATALOG, TREE, &page, &content, &large, picture])
    }

    fn end(pdf: &[u8], pages: Pages) -> Result<Stamped> {
        stamped(pdf, &upper_right().pages(pages))
    }

    #[test]
    fn names_are_looked_up_once() {
        for (words, kind) in [("/F 9 Tf ", "Font"), ("/C cs ", "ColorSpace"), ("/X Do ", "XObject")] {
            for shared in [true, false] {
                let pdf = content_of(words, kind, 100_000, 20_000, shared);
                let stamped = end(&pdf, Pages::First).unwrap();
                // Once, with the form's name in it.
                assert!(stamped.bytes.len() < 2 * pdf.len(), "{kind} {shared}");
            }
        }
    }

    #[test]
    fn a_large_object_that_many_name_is_too_much() {
        let large = large(30_000);
        let many = "5 0 R ".repeat(9_000);
        for entry in ["/Annots", "/Contents"] {
            let page = format!("{PAGE} {entry} [{many}] >>");
            assert_eq!(
                end(&of_objects(&[CATALOG, TREE, &page, "null", &large]), Pages::First).unwrap_err().code(),
                if entry == "/Annots" { "pdf_limits" } else { "pdf_damaged" },
                "{entry}"
            );
        }
        let catalog = format!("<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [{many}] >> >>");
        let page = format!("{PAGE} >>");
        let fields = of_objects(&[&catalog, TREE, &page, "null", &large]);
        assert_eq!(end(&fields, Pages::First).unwrap_err().code(), "pdf_limits");
        let tree = format!("<< /Type /Pages /Kids [{}] /Count 5 >>", "3 0 R ".repeat(50_000));
        let page = format!("{PAGE} {} >>", &large[2..large.len() - 2]);
        let kids = of_objects(&[CATALOG, &tree, &page, "null", "null", "null"]);
        assert_eq!(end(&kids, Pages::Last).unwrap_err().code(), "pdf_limits");
    }

    /// Names as those of the form with the codes, any number of them.
    #[test]
    fn a_name_of_its_own_is_soon_found() {
        let numbered: Vec<String> = (2..60_000).map(|number| format!("/KsefQr{number} 0")).collect();
        let names = format!("/KsefQr 0 {}", numbered.join(" "));
        let page = format!("{PAGE} /Resources << /XObject << {names} >> >> >>");
        let begun = Instant::now();
        let stamped = end(&of_objects(&[CATALOG, TREE, &page]), Pages::First).unwrap();
        assert!(memchr::memmem::find(&stamped.bytes, b"/KsefQr60000 Do").is_some());
        assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    }

    /// Tables one after the other, each of which names the same stream of cross-references.
    #[test]
    fn a_hidden_stream_is_read_once() {
        let mut pdf = b"%PDF-1.5\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n".to_vec();
        pdf.extend(format!("2 0 obj\n{TREE}\nendobj\n3 0 obj\n{PAGE} >>\nendobj\n").bytes());
        let hidden = pdf.len();
        let rows = "0".repeat(4 << 20);
        let dict = format!("<< /Type /XRef /W [1 1 1] /Index [9 1] /Size 9 /Length {} >>", rows.len());
        pdf.extend(format!("4 0 obj\n{dict}\nstream\n{rows}\nendstream\nendobj\n").bytes());
        let find = |pdf: &[u8], text: &str| pdf.windows(text.len()).position(|part| part == text.as_bytes()).unwrap();
        let places = ["1 0 obj", "2 0 obj", "3 0 obj"].map(|text| find(&pdf, text));
        let mut previous = None;
        for _ in 0..1000 {
            let start = pdf.len();
            let table = places.map(|place| format!("{place:010} 00000 n \n")).concat();
            let before = previous.map(|place| format!("/Prev {place}")).unwrap_or_default();
            let trailer = format!("<< /Size 5 /Root 1 0 R /XRefStm {hidden} {before} >>");
            pdf.extend(format!("xref\n1 3\n{table}trailer\n{trailer}\n").bytes());
            previous = Some(start);
        }
        pdf.extend(format!("startxref\n{}\n%%EOF\n", previous.unwrap()).bytes());
        assert_eq!(end(&pdf, Pages::First).unwrap().pages, [1]);
    }

    /// Two thousand pages with one large dictionary of resources, by a reference and from above: it is written once.
    #[test]
    fn shared_resources_stay_shared() {
        let large = format!("<< /XObject << >> /Font {} >>", large(20_000));
        for above in [false, true] {
            let pages: Vec<String> = (0..2000).map(|n| format!("{} 0 R", n + 4)).collect();
            let (inherits, own) =
                if above { (format!("/Resources {large}"), "") } else { (String::new(), "/Resources 3 0 R") };
            let tree = format!("<< /Type /Pages /Kids [{}] /Count 2000 {inherits} >>", pages.join(" "));
            let page = format!("{PAGE} {own} >>");
            let mut objects = vec![CATALOG, &tree, &large];
            objects.extend(std::iter::repeat_n(page.as_str(), 2000));
            let pdf = of_objects(&objects);
            let stamped = end(&pdf, Pages::All).unwrap();
            assert_eq!(stamped.pages.len(), 2000);
            // Pages, links and content take some kilobyte each.
            assert!(stamped.bytes.len() < pdf.len() + large.len() + 2000 * 2000, "{above}: {}", stamped.bytes.len());
            let document = read(&stamped.bytes, None);
            for number in [1, 2000] {
                let resources = inherited(&document, number, b"Resources").unwrap();
                let (_, resources) = document.dereference(resources).unwrap();
                let forms = resources.as_dict().unwrap().get(b"XObject").unwrap().as_dict().unwrap();
                assert!(forms.has(b"KsefQr"), "{above} {number}");
            }
        }
    }
}

/// Every reader takes a length that is a few bytes off; of other lengths each makes something else.
/// What every reader takes without a word, and where nothing is to be guessed.
#[test]
fn odd_ways_to_write_are_read() {
    let content = "0 0 1 rg 100 100 50 50 re f";
    let page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R >>";
    let with_stream = |stream: &str| {
        of_objects(&["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>", page, stream])
    };
    let plain = with_stream(&format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()));
    let text = |pdf: &[u8]| String::from_utf8(pdf.to_vec()).unwrap();
    let mut odd = vec![("the table begins at 1", text(&plain).replacen("xref\n0 5", "xref\n1 5", 1).into_bytes())];
    for (what, before, after) in [
        ("spaces before endstream", "\n", "    \r\n\n\t\r\n"),
        ("many of them", "\n", "\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n"),
        ("nothing before it", "\n", ""),
        ("spaces behind stream", "  \r\n", "\n"),
        ("a space and a line feed behind it", " \n", "\n"),
        ("a carriage return behind it", "\r", "\n"),
    ] {
        let stream = format!("<< /Length {} >>\nstream{before}{content}{after}endstream", content.len());
        odd.push((what, with_stream(&stream)));
    }
    odd.push(("a cross-reference stream without a type", with_xref_stream(content, "")));
    odd.push(("one with it", with_xref_stream(content, "/Type /XRef ")));
    let over = at(Corner::BottomLeft, 30.0, 30.0).occupied(Occupied::Refuse);
    for (what, pdf) in &odd {
        let made = stamped(pdf, &upper_right()).unwrap_or_else(|error| panic!("{what}: {error}"));
        assert!(made.bytes.starts_with(pdf) && made.warnings.is_empty(), "{what}: {:?}", made.warnings);
        // All of the content is seen.
        assert_eq!(stamped(pdf, &over).unwrap_err().code(), "pdf_place_taken", "{what}");
    }
    let other = with_xref_stream(content, "/Type /ObjStm ");
    assert_eq!(stamped(&other, &upper_right()).unwrap_err().code(), "pdf_damaged");
    // An update that frees the first object is no table that begins at 1: its object is not the next one's.
    let freed = format!(
        "{}xref\n1 1\n0000000000 00001 f \ntrailer\n<< /Size 5 /Root 1 0 R /Prev {} >>\nstartxref\n{}\n%%EOF\n",
        text(&plain),
        text(&plain).rfind("xref\n0").unwrap(),
        plain.len()
    );
    assert_eq!(stamped(freed.as_bytes(), &upper_right()).unwrap_err().code(), "pdf_damaged");
}

/// A page with this content in a file with a cross-reference stream, not packed.
fn with_xref_stream(content: &str, kind: &str) -> Vec<u8> {
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R >>".to_owned(),
        format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
    ];
    let mut pdf = b"%PDF-1.5\n".to_vec();
    let mut rows = vec![0, 0, 0, 255];
    for (object, number) in objects.iter().zip(1..) {
        rows.extend([1, (pdf.len() >> 8) as u8, pdf.len() as u8, 0]);
        pdf.extend(format!("{number} 0 obj\n{object}\nendobj\n").bytes());
    }
    let start = pdf.len();
    rows.extend([1, (start >> 8) as u8, start as u8, 0]);
    pdf.extend(format!("5 0 obj\n<< {kind}/Size 6 /Root 1 0 R /W [1 2 1] /Length {} >>\nstream\n", rows.len()).bytes());
    pdf.extend(rows);
    pdf.extend(format!("\nendstream\nendobj\nstartxref\n{start}\n%%EOF\n").bytes());
    pdf
}

/// Of a wrong length each reader makes something else.
#[test]
fn a_wrong_length_is_refused_where_it_matters() {
    let content = "0 0 1 rg 100 100 50 50 re f";
    let page = |length: usize| of_page(&format!("<< /Length {length} >>\nstream\n{content}\nendstream"), "", &[]);
    for length in [content.len(), content.len() + 1] {
        assert_eq!(stamped(&page(length), &upper_right()).unwrap().warnings, [], "{length}");
    }
    for length in [0, 1, content.len() - 5, content.len() - 1, content.len() + 3, content.len() + 12, 1_000_000] {
        let error = stamped(&page(length), &upper_right()).unwrap_err();
        assert_eq!(error.code(), "pdf_damaged", "{length}");
    }
}

/// What readers repair is repaired when that is asked for, and is as they show it.
#[test]
fn damaged_ones_are_repaired_when_asked() {
    let repaired = |pdf: &[u8]| Original::repaired(pdf.to_vec()).and_then(|pdf| pdf.stamp(&*CODES, &anyhow()));
    let mut count = 0;
    for path in open() {
        let pdf = fs::read(&path).unwrap();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let Ok(sound) = stamped(&pdf, &anyhow()) else { continue };
        let before = read(&sound.bytes, None);
        // The cross-references are lost, all places are wrong, or the end is.
        let without = {
            let place = pdf.windows(9).rposition(|part| part == b"startxref").unwrap();
            pdf[..place].to_vec()
        };
        let header = pdf.windows(5).position(|part| part == b"%PDF-").unwrap();
        let moved = [&pdf[..header + 9], &b"% one line more\n"[..], &pdf[header + 9..]].concat();
        for damaged in [without, moved] {
            if name.starts_with("signed") {
                assert_eq!(repaired(&damaged).unwrap_err().code(), "pdf_damaged", "{name}");
                continue;
            }
            let made = repaired(&damaged).unwrap_or_else(|error| panic!("{name}: {error}"));
            let after = read(&made.bytes, None);
            assert_eq!(after.get_pages().len(), before.get_pages().len(), "{name}");
            assert_eq!(made.pages, sound.pages, "{name}");
            // One whole file, and no update behind another.
            let times = |word: &[u8]| made.bytes.windows(word.len()).filter(|part| *part == word).count();
            assert_eq!([times(b"startxref"), times(b"\ntrailer\n")], [1, 1], "{name}");
            assert!(made.bytes.ends_with(b"%%EOF\n"), "{name}");
            assert!(after.trailer.get(b"Prev").is_err(), "{name}");
            // What the pages show is the same, byte for byte, but for what the stamp names its objects.
            for (number, id) in before.get_pages() {
                let content = |document: &Document, id| document.get_page_content(id);
                assert_eq!(content(&after, after.get_pages()[&number]), content(&before, id), "{name} {number}");
            }
            assert!(
                Original::repaired(damaged.clone()).unwrap().bytes() == Original::repaired(damaged).unwrap().bytes()
            );
            count += 1;
        }
    }
    assert!(count > 60, "{count}");
    for name in ["encrypted-user-aes-128", "encrypted-owner-rc4-40", "certified-1"] {
        assert_eq!(Original::repaired(fixture(name)).unwrap_err().code(), "pdf_damaged", "{name}");
    }
    for bytes in [&b"%PDF-1.4\n"[..], b"", b"%PDF-1.4\n1 0 obj <</Type/Catalog/Pages 1 0 R>> endobj"] {
        assert_eq!(repaired(bytes).unwrap_err().code(), "pdf_damaged");
    }
}

/// Bytes that a text program changed: nothing puts them right, and the page would be without its words.
#[test]
fn fonts_and_pictures_that_cannot_be_unpacked_are_told_of() {
    let repaired = |pdf: &[u8]| Original::repaired(pdf.to_vec());
    let error = repaired(&fixture("hostile/line-ends-changed")).unwrap_err();
    assert_eq!(error.code(), "pdf_damaged");
    assert!(error.message().contains("font"), "{error}");

    let with = |picture: &str| {
        format!(
            "%PDF-1.4\n1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj\n2 0 obj <</Type/Pages/Kids[3 0 R]/Count 1>> endobj\n\
             3 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</XObject<</P 4 0 R/Q 4 0 R>>>>>> endobj\n\
             4 0 obj <</Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray{picture}\nendstream endobj\n"
        )
    };
    for (picture, broken) in [
        ("/Length 1>> stream\nx", 0),
        ("/Filter/FlateDecode/Length 5>> stream\nx\u{1}abc", 1),
        ("/Filter/ASCIIHexDecode/Length 3>> stream\n00>", 0),
        ("/Filter[/ASCIIHexDecode/DCTDecode]/Length 3>> stream\n00>", 0),
        ("/Filter[/ASCIIHexDecode/DCTDecode]/Length 2>> stream\nzz", 1),
        ("/Filter/DCTDecode/Length 2>> stream\nzz", 0),
    ] {
        let pdf = repaired(with(picture).as_bytes()).unwrap();
        assert_eq!(pdf.broken_pictures(), broken, "{picture}");
        assert!(pdf.stamp(&*CODES, &anyhow()).is_ok());
    }
}
