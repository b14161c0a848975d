//! What pages of a PDF say: fonts of every kind, letters in every order.

#![cfg(feature = "pdf")]

use std::fmt::Write;
use std::time::{Duration, Instant};

use ksef_qr::pdf::{Original, PageText};

/// A PDF of one page: its content, its fonts, and further objects from number 10 on.
fn pdf(content: &str, fonts: &str, more: &[&str]) -> Vec<u8> {
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Annots [ << /Rect [10 10 90 30] \
             /AP << /N 12 0 R >> >> ] /Resources << /Font << {fonts} >> /XObject << /X 10 0 R /Y 11 0 R >> \
             /Properties << /P << /ActualText <FEFF01410031> >> >> >> >>"
        ),
        stream("", content),
    ];
    objects.resize(9, "null".to_owned());
    objects.extend(more.iter().map(|&object| object.to_owned()));
    let mut pdf = "%PDF-1.7\n".to_owned();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (index, object) in objects.iter().enumerate() {
        writeln!(table, "{:010} 00000 n ", pdf.len()).unwrap();
        writeln!(pdf, "{} 0 obj\n{object}\nendobj", index + 1).unwrap();
    }
    let start = pdf.len();
    write!(pdf, "{table}trailer << /Root 1 0 R /Size {} >>\nstartxref\n{start}\n%%EOF\n", objects.len() + 1).unwrap();
    pdf.into_bytes()
}

fn stream(dict: &str, data: &str) -> String {
    format!("<< {dict} /Length {} >>\nstream\n{data}\nendstream", data.len())
}

fn pages(pdf: Vec<u8>) -> Vec<PageText> {
    let mut pages = Vec::new();
    assert!(Original::read(pdf, None).unwrap().read_text(&mut |page| {
        pages.push(page.clone());
        true
    }));
    pages
}

fn page(content: &str, fonts: &str, more: &[&str]) -> PageText {
    pages(pdf(content, fonts, more)).remove(0)
}

const HELVETICA: &str = "/F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>";

#[test]
fn fonts_of_every_kind_say_their_letters() {
    let map = stream(
        "",
        "1 begincodespacerange <0000> <ffff> endcodespacerange 1 beginbfrange <0010> <0019> <0030> endbfrange
         2 beginbfchar <0020> <00460056> <0021> <002F> endbfchar",
    );
    let simple_map = stream("", "3 beginbfchar <01> <0046> <02> <0056> <03> <0037> endbfchar");
    let type_1 = stream(
        "",
        "%!PS /Encoding 256 array 0 1 255 {} for dup 7 /F put dup 8 /V put dup 9 /seven put readonly def eexec \u{1}",
    );
    let widths = "/FirstChar 0 /Widths [500 500 500 500 500 500 500 500 500 500]";
    for (font, text, expected) in [
        ("/Subtype /Type1 /BaseFont /Helvetica", "(FV \\226 7 \\350)", "FV – 7 è"),
        ("/Subtype /Type1 /BaseFont /Helvetica", "(FV7 \\350 ')", "FV7 Ł ’"),
        ("/Subtype /TrueType /Encoding /MacRomanEncoding", "(FV \\320 7)", "FV – 7"),
        (
            "/Subtype /Type1 /Encoding << /BaseEncoding /WinAnsiEncoding /Differences [1 /F /V 9 /seven /uni0104 /nobody] >>",
            "<010209 0A 0B 41>",
            "FV7Ą\u{FFFD}A",
        ),
        (
            "/Subtype /Type0 /Encoding /Identity-H /ToUnicode 10 0 R /DescendantFonts [<< /DW 500 >>]",
            "<00200021001200170099>",
            "FV/27\u{FFFD}",
        ),
        ("/Subtype /Type0 /Encoding /UniGB-UTF16-H /DescendantFonts [<< >>]", "<004600560037>", "FV7"),
        ("/Subtype /TrueType /ToUnicode 11 0 R /FontDescriptor << /Flags 4 /FontFile2 12 0 R >>", "<010203>", "FV7"),
        ("/Subtype /TrueType /FontDescriptor << /Flags 4 /FontFile2 12 0 R >>", "<010203>", "\u{FFFD}\u{FFFD}\u{FFFD}"),
        ("/Subtype /Type3 /FontMatrix [0.001 0 0 0.001 0 0] /ToUnicode 11 0 R", "<010203>", "FV7"),
        ("/Subtype /Type1 /FontDescriptor << /Flags 4 /FontFile 13 0 R >>", "<070809>", "FV7"),
        ("/Subtype /Type0 /Encoding /Identity-H /DescendantFonts [<< >>]", "<0001>", "\u{FFFD}"),
    ] {
        let encoding = if expected.contains('è') { "/Encoding /WinAnsiEncoding" } else { "" };
        let fonts = format!("/F << /Type /Font {font} {encoding} {widths} >>");
        let page = page(&format!("BT /F 10 Tf 50 700 Td {text} Tj ET"), &fonts, &[&map, &simple_map, "null", &type_1]);
        assert_eq!(page.drawn(), expected, "{font}");
        assert_eq!(page.unreadable(), expected.matches("\u{FFFD}\u{FFFD}\u{FFFD}").count() * 3);
    }
}

/// What most fonts would draw is searched, and counts as unreadable.
#[test]
fn letters_that_no_font_names_are_guessed() {
    let unnamed = "/Subtype /TrueType /FontDescriptor << /Flags 4 /FontFile2 12 0 R >>";
    let glyphs = "/Subtype /Type0 /Encoding /Identity-H /DescendantFonts [<< >>]";
    for (font, text, expected) in [
        (format!("/BaseFont /AAAAAA+Arial {unnamed}"), "(FV/7)", "FV/7"),
        (format!("/BaseFont /Wingdings-Regular {unnamed}"), "(FV/7)", "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}"),
        (format!("/BaseFont /AAAAAA+Arial {glyphs}"), "<002900390012001A>", "FV/7"),
    ] {
        let page = page(&format!("BT /F 10 Tf 50 700 Td {text} Tj ET"), &format!("/F << /Type /Font {font} >>"), &[]);
        assert_eq!((page.drawn(), page.letters(), page.unreadable()), (expected, 0, 4), "{font}");
    }
}

#[test]
fn letters_in_every_order() {
    for (content, drawn) in [
        // Kerns are no spaces; what moves further is one.
        ("[(F) 60 (V/20) -30 (26) -400 (z) -300 (dnia)] TJ", "FV/2026 z dnia"),
        ("(FV/) Tj 0 -12 Td (2026) Tj T* (7) '", "FV/ 2026 7"),
        ("(ukryte) Tj 3 Tr 0 -12 Td (FV) Tj", "ukryte FV"),
        ("/Span << /ActualText (FV/1) >> BDC (x) Tj (y) Tj EMC 0 -12 Td (z) Tj", "FV/1 z"),
        ("/Span /P BDC (x) Tj EMC", "Ł1"),
        ("/Artifact BMC (x) Tj EMC", "x"),
        // Forms, and forms in forms.
        ("(a) Tj ET /X Do BT /F 10 Tf (b) Tj", "a w formularzu głębiej b"),
        ("1 2 3 4 5 6 7 8 (a) Tj BI /W 1 /H 1 /BPC 8 /CS /G ID \u{1} EI (b) Tj", "ab"),
    ] {
        let outer = stream("/Subtype /Form /BBox [0 0 9 9]", "BT /F 10 Tf 0 300 Td (w formularzu) Tj ET /Y Do");
        let inner = stream(
            "/Subtype /Form /BBox [0 0 9 9]",
            "BT /F 10 Tf 0 200 Td (g) Tj /Span << /ActualText <FEFF0142011900620069> >> BDC (x) Tj EMC (ej) Tj ET",
        );
        let content = format!("BT /F 10 Tf 12 TL 50 700 Td {content} ET");
        let page = page(&content, HELVETICA, &[&outer, &inner]);
        assert_eq!(page.drawn().split_whitespace().collect::<Vec<_>>().join(" "), drawn, "{content}");
    }
}

#[test]
fn what_is_filled_in_is_read_and_what_is_hidden_is_counted() {
    let field = stream("/Subtype /Form /BBox [0 0 80 20]", "BT /F 10 Tf 2 5 Td (FV/7) Tj ET");
    let page = page("BT /F 10 Tf 3 Tr 10 700 Td (skan) Tj ET", HELVETICA, &["null", "null", &field]);
    assert_eq!(page.drawn(), "skan FV/7");
    assert_eq!((page.letters(), page.hidden(), page.unreadable(), page.is_cut()), (3, 4, 0, false));
    assert!(!format!("{page:?}").contains("FV"));
}

#[test]
fn columns_are_read_line_by_line_however_the_page_is_turned() {
    for (matrix, other) in [("1 0 0 1", [0, -14, 90, 0]), ("0 1 -1 0", [14, 0, 0, 90]), ("-1 0 0 -1", [0, 14, -90, 0])]
    {
        let [down_x, down_y, right_x, right_y] = other;
        let at = |text: &str, x: i32, y: i32| format!("{matrix} {} {} Tm ({text}) Tj ", 300 + x, 400 + y);
        let content = format!(
            "BT /F 10 Tf {}{}{}{} ET",
            at("Nr faktury", 0, 0),
            at("Data", down_x, down_y),
            at("FV/1", right_x, right_y),
            at("dzisiaj", right_x + down_x, right_y + down_y)
        );
        let page = page(&content, HELVETICA, &[]);
        assert_eq!(page.drawn(), "Nr faktury Data FV/1 dzisiaj");
        let lines: Vec<String> = page.by_position().lines().map(|line| line.trim().to_owned()).collect();
        assert_eq!(lines, ["Nr faktury FV/1", "Data dzisiaj"], "{matrix}");
    }
}

#[test]
fn damaged_content_is_read_so_far() {
    let page = page("BT /F 10 Tf 10 700 Td (FV/7) Tj (", HELVETICA, &[]);
    assert_eq!((page.drawn(), page.is_cut()), ("FV/7", true));
}

/// Each form draws the next one ten times; each font names a map of its own.
#[test]
fn hostile_text_ends_soon() {
    let again = "/X Do /Y Do ".repeat(10);
    let outer = stream("/Subtype /Form /BBox [0 0 9 9]", &again);
    let inner = stream("/Subtype /Form /BBox [0 0 9 9]", &again);
    let long =
        "BT /F 10 Tf [(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa) (bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb)] TJ ET ".repeat(60_000);
    let ranges = stream("", &format!("beginbfrange {} endbfrange", "<0000> <ffff> <0041> ".repeat(100_000)));
    let wide = "/F << /Type /Font /Subtype /Type0 /Encoding /Identity-H /ToUnicode 10 0 R /DescendantFonts [<< >>] >>";
    for (content, fonts, more) in [
        (again.as_str(), HELVETICA, [&outer, &inner]),
        (&long, HELVETICA, [&outer, &inner]),
        (&"/F 1 Tf ".repeat(1_000_001), HELVETICA, [&outer, &inner]),
        (&long, wide, [&ranges, &inner]),
    ] {
        let original = Original::read(pdf(content, fonts, &more.map(String::as_str)), None).unwrap();
        let start = Instant::now();
        let mut is_cut = false;
        original.read_text(&mut |page| {
            is_cut = page.is_cut();
            true
        });
        assert!(is_cut, "there is an end to it");
        assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    }
}
