//! Documents of our own: read back by another's PDF reader, and by one of these tests that sees where every text stands.
#![cfg(feature = "pdf")]

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::io::Read as _;

use ksef_qr::paper::{Confirmation, ConfirmationFacts, Format, Grid, Language, Roll, Sheet};
use ksef_qr::{Code, EccLevel, Invoice, KsefNumber, Label};
use ksef_qr_scan::Origin;

const FORMATS: [Format; 4] = [Format::A4, Format::A5, Format::Roll(Roll::Mm80), Format::Roll(Roll::Mm58)];

const NAME: &str = "Przedsiębiorstwo „Źdźbło” Ελλάς ООО «Ёлка» Çelik Łódź";

fn fixtures() -> Vec<(String, Vec<u8>)> {
    let folder = format!("{}/fixtures/invoices/good", env!("CARGO_MANIFEST_DIR"));
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let invoices = files.filter(|path| path.extension().is_some_and(|extension| extension == "xml"));
    let mut invoices: Vec<_> = invoices
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(path).unwrap()))
        .collect();
    invoices.sort();
    assert!(invoices.len() > 10);
    invoices
}

/// KOD I of an invoice, and a KOD II of it as long as a signature by EC or RSA makes it.
fn links(invoice: &Invoice, signature: usize) -> [String; 2] {
    let (seller, hash) = (invoice.seller(), invoice.hash().base64url());
    let noise = "SOnV_2axc-7Kq9Zr".chars().cycle().take(signature).collect::<String>();
    [
        format!("https://qr-test.ksef.mf.gov.pl/invoice/{seller}/15-06-2026/{hash}"),
        format!("https://qr-test.ksef.mf.gov.pl/certificate/Nip/{seller}/{seller}/01F0A1B2C3D4E501/{hash}/{noise}"),
    ]
}

fn codes(links: &[String; 2]) -> [Code; 2] {
    [(0, Label::OFFLINE), (1, Label::CERTYFIKAT)]
        .map(|(place, label)| Code::new(&*links[place], label, EccLevel::M).unwrap())
}

/// The codes of a PDF, and the addresses it leads to, each once.
fn read_back(pdf: &[u8]) -> [HashSet<String>; 2] {
    let found = ksef_qr_scan::pdf(pdf).unwrap();
    [Origin::Code, Origin::Link]
        .map(|origin| found.texts.iter().filter(|one| one.origin == origin).map(|one| one.text.clone()).collect())
}

#[test]
fn the_codes_of_every_invoices_confirmation_are_read_back() {
    for (place, (name, xml)) in fixtures().into_iter().enumerate() {
        let invoice = Invoice::read(&xml).unwrap();
        let links = links(&invoice, if place % 4 == 0 { 342 } else { 86 });
        let mut facts = ConfirmationFacts::of(&invoice);
        (facts.seller_name, facts.total) = (Some(NAME), Some("1230.00"));
        let expected: HashSet<String> = links.iter().cloned().collect();
        // A page takes seconds to search: most are receipts of 58 mm.
        let format = FORMATS[place.min(3)];
        let pdf = Confirmation::new(&facts, &codes(&links), Language::Polish).pdf(format);
        assert_eq!(read_back(&pdf), [expected.clone(), expected], "{name}, {format:?}");
    }
}

#[test]
fn a_number_that_is_known_stands_under_the_one_code() {
    let xml = &fixtures()[1].1;
    let invoice = Invoice::read(xml).unwrap();
    let number = KsefNumber::parse("5265877635-20260616-0100001AF629-15").unwrap();
    let links = links(&invoice, 86);
    let code = [Code::new(&*links[0], Label::from(&number), EccLevel::M).unwrap()];
    let facts = ConfirmationFacts::of(&invoice).ksef_number(&number);
    for format in FORMATS {
        let pdf = Confirmation::new(&facts, &code, Language::English).pdf(format);
        if format == Format::Roll(Roll::Mm58) {
            assert_eq!(read_back(&pdf), [HashSet::from([links[0].clone()]), HashSet::from([links[0].clone()])]);
        }
        let text = Document::read(&pdf).text();
        assert!(text.contains(number.as_str()) && !text.contains("KODII"), "{text}");
        assert!(text.contains("TRANSACTIONCONFIRMATION") && text.contains("Theinvoiceisin"), "{text}");
    }
}

#[test]
fn nothing_overlaps_and_nothing_is_cut_off_whatever_the_texts() {
    let xml = &fixtures()[2].1;
    let invoice = Invoice::read(xml).unwrap();
    let solid = "ŻŁÓWW".repeat(103);
    let words = "Przedsiębiorstwo i Gęśla Jaźń ".repeat(17);
    let number = format!("F/{}", "W".repeat(254));
    let endless = "W".repeat(20_000);
    let odd = "a\u{0}b\u{200b}\u{202e}漢字\t\r\n \u{feff}🎉e\u{301}";
    for signature in [86, 342, 1600] {
        let links = links(&invoice, signature);
        for (seller, buyer, number, total) in [
            (None, None, "1", None),
            (Some(NAME), Some(NAME), "FV/2026/06/001", Some("1230.00")),
            (Some(&*words), Some(&*solid), &*number, Some("99999999999999999.99")),
            (Some(&*endless), Some(odd), "\u{1b}^XZ~", Some("")),
        ] {
            let mut facts = ConfirmationFacts::of(&invoice);
            (facts.seller_name, facts.buyer_name, facts.number, facts.total) = (seller, buyer, number, total);
            for format in FORMATS {
                for language in [Language::Polish, Language::English] {
                    let pdf = Confirmation::new(&facts, &codes(&links), language).pdf(format);
                    let document = Document::read(&pdf);
                    document.check_boxes(&format!("{format:?} {signature} {number:.20}"));
                    let text = document.text();
                    for part in [seller, buyer, Some(number), Some(&*links[0]), Some(&*links[1]), Some("CERTYFIKAT")] {
                        let part: String = shown(part.unwrap_or_default());
                        assert!(text.contains(&part), "{format:?}: {part:.100}");
                    }
                    let modules = document.modules();
                    assert_eq!(modules.len(), 2);
                    let least = if signature == 1600 { 0.24 } else { 0.33 };
                    assert!(modules.iter().all(|module| *module >= least), "{format:?} {signature}: {modules:?}");
                }
            }
        }
    }
}

/// What a text looks like on paper, without its white space.
fn shown(text: &str) -> String {
    let visible = text.chars().filter(|c| !c.is_whitespace() && !"\u{200b}\u{202e}\u{feff}".contains(*c));
    visible.map(|c| if c.is_control() || "漢字🎉".contains(c) { '\u{fffd}' } else { c }).collect()
}

#[test]
fn the_same_facts_give_the_same_bytes() {
    let xml = &fixtures()[1].1;
    let invoice = Invoice::read(xml).unwrap();
    let links = links(&invoice, 86);
    let mut facts = ConfirmationFacts::of(&invoice);
    facts.seller_name = Some(NAME);
    let pdf = || Confirmation::new(&facts, &codes(&links), Language::Polish).pdf(Format::A5);
    assert!(pdf() == pdf());
    let mut other = facts;
    other.seller_name = Some("Another");
    let other = Confirmation::new(&other, &codes(&links), Language::Polish).pdf(Format::A5);
    let id = |pdf: &[u8]| String::from_utf8_lossy(pdf).split("/ID[<").nth(1).unwrap()[..32].to_owned();
    assert!(id(&pdf()) != id(&other));
    assert!(!String::from_utf8_lossy(&other).contains("Date"));
}

#[test]
fn sheets_hold_every_code_in_order() {
    let xml = &fixtures()[1].1;
    let invoice = Invoice::read(xml).unwrap();
    let links = links(&invoice, 86);
    let both = codes(&links);
    let (mut sheet, mut file) = Sheet::new(Grid::default());
    assert_eq!(sheet.smallest_module_mm(), None);
    let mut handed_out = Vec::new();
    for number in 0..50 {
        let codes = if number % 3 == 0 { &both[..1] } else { &both[..] };
        let caption = if number == 7 { "W".repeat(600) } else { format!("F/{number}/2026") };
        let bytes = sheet.push(codes, &caption);
        handed_out.push(!bytes.is_empty());
        file.extend(bytes);
    }
    assert!(sheet.push(&[], "none").is_empty());
    assert!(sheet.smallest_module_mm().unwrap() >= 0.4);
    // A sheet of 21 labels is handed out once it is full.
    let full: Vec<usize> = (0..50).filter(|place| handed_out[*place]).collect();
    assert_eq!(full, [20, 41]);
    file.extend(sheet.finish());
    let document = Document::read(&file);
    assert_eq!(document.pages.len(), 3);
    document.check_boxes("sheet");
    let text = document.text();
    let captions: Vec<usize> =
        (0..50).filter(|n| *n != 7).map(|n| text.find(&format!("F/{n}/2026")).unwrap()).collect();
    assert!(captions.is_sorted() && text.contains("WWW…"));
    assert_eq!(text.matches("OFFLINE").count() + text.matches("CERTYFIKAT").count(), 50 + 33);
}

#[test]
fn codes_that_would_be_too_small_beside_each_other_get_labels_of_their_own() {
    let xml = &fixtures()[1].1;
    let invoice = Invoice::read(xml).unwrap();
    let links = links(&invoice, 342);
    let labels = |grid: Grid| {
        let (mut sheet, mut file) = Sheet::new(grid);
        file.extend(sheet.push(&codes(&links), "F/1"));
        let module = sheet.smallest_module_mm().unwrap();
        file.extend(sheet.finish());
        let document = Document::read(&file);
        document.check_boxes("label");
        (document.text().matches("F/1").count(), module)
    };
    let (count, module) = labels(Grid::default());
    assert!(count == 1 && module >= 0.33, "{count} {module}");
    let narrow = Grid::new(4, 6, [45.0, 45.0], [5.0, 5.0], [2.0, 2.0]).unwrap();
    let (count, module) = labels(narrow);
    assert!(count == 2 && module >= 0.33, "{count} {module}");
    // One label, on a small sheet of its own making, is read back.
    let (mut sheet, mut file) = Sheet::new(Grid::new(1, 1, [63.5, 38.1], [0.0, 0.0], [0.0, 0.0]).unwrap());
    file.extend(sheet.push(&codes(&links), "F/1"));
    file.extend(sheet.finish());
    let expected: HashSet<String> = links.iter().cloned().collect();
    assert_eq!(read_back(&file), [expected.clone(), expected]);
    // A file without codes is one too.
    let (sheet, mut empty) = Sheet::new(Grid::default());
    empty.extend(sheet.finish());
    assert_eq!(Document::read(&empty).pages.len(), 1);
}

/// What these tests need to know of a PDF that this crate wrote.
struct Document {
    pages: Vec<Page>,
}

struct Page {
    width: f64,
    height: f64,
    texts: Vec<Text>,
    /// Left, bottom, right, top of each code with its quiet zone, and of each address as text.
    links: Vec<[f64; 4]>,
    /// The sides of the codes' modules in points.
    modules: Vec<f64>,
}

struct Text {
    text: String,
    box_: [f64; 4],
}

impl Document {
    /// Reads one by its table of objects, so that the table is right.
    fn read(pdf: &[u8]) -> Self {
        let find = |word: &[u8]| pdf.windows(word.len()).rposition(|window| window == word).unwrap();
        let start = String::from_utf8_lossy(&pdf[find(b"startxref\n") + 10..])
            .lines()
            .next()
            .unwrap()
            .parse::<usize>()
            .unwrap();
        let table = String::from_utf8_lossy(&pdf[start..]).into_owned();
        let mut objects: BTreeMap<usize, (String, Vec<u8>)> = BTreeMap::new();
        for (number, line) in table.lines().skip(2).take_while(|line| line.len() == 19).enumerate() {
            if line.ends_with(" n ") {
                let object = &pdf[line[..10].parse::<usize>().unwrap()..];
                let after = object.strip_prefix(format!("{number} 0 obj\n").as_bytes()).unwrap();
                let end = after.windows(6).position(|window| window == b"endobj").unwrap();
                objects.insert(number, parts(&after[..end]));
            }
        }
        let dictionary = |number: usize| &objects[&number].0;
        let resources = dictionary(4);
        let fonts: HashMap<&str, Font> = [("R", 5), ("B", 11)]
            .into_iter()
            .filter(|(_, number)| resources.contains(&format!("{number} 0 R")))
            .map(|(name, number)| (name, Font::read(&objects[&(number + 1)].0, &objects[&(number + 4)].1)))
            .collect();
        let kids = dictionary(2).split("/Kids").nth(1).unwrap().split(['[', ']']).nth(1).unwrap();
        let pages = kids.split(" 0 R").filter_map(|kid| kid.trim().parse::<usize>().ok()).map(|kid| {
            let page = dictionary(kid);
            let contents = number_after(page, "/Contents") as usize;
            let links = objects.values().skip(1).filter(|(object, _)| {
                object.contains("/Link") && page.contains(&format!(" {} 0 R", object_number(&objects, object)))
                    || object.contains("/Link") && page.contains(&format!("[{} 0 R", object_number(&objects, object)))
            });
            let links = links.map(|(object, _)| box_after(object, "/Rect")).collect();
            let [_, _, width, height] = box_after(page, "/MediaBox");
            Page::read(width, height, &String::from_utf8_lossy(&objects[&contents].1), &fonts, links)
        });
        Self { pages: pages.collect() }
    }

    /// All texts in the order in which they are written, without white space.
    fn text(&self) -> String {
        let texts = self.pages.iter().flat_map(|page| &page.texts).map(|text| &*text.text);
        texts.collect::<String>().split_whitespace().collect()
    }

    /// In millimetres.
    fn modules(&self) -> Vec<f64> {
        self.pages.iter().flat_map(|page| &page.modules).map(|module| module / 72.0 * 25.4).collect()
    }

    fn check_boxes(&self, about: &str) {
        for page in &self.pages {
            let codes: Vec<_> = page
                .links
                .iter()
                .filter(|[left, bottom, right, top]| {
                    right - left > 30.0 && ((right - left) - (top - bottom)).abs() < 0.01
                })
                .collect();
            assert_eq!(codes.len(), page.modules.len());
            let boxes: Vec<(&str, [f64; 4])> = page
                .texts
                .iter()
                .map(|text| (&*text.text, text.box_))
                .chain(codes.iter().map(|code| ("code", **code)))
                .collect();
            for (place, (text, [left, bottom, right, top])) in boxes.iter().enumerate() {
                let is_inside =
                    *left >= 2.0 && *bottom >= 2.0 && *right <= page.width - 2.0 && *top <= page.height - 2.0;
                assert!(
                    is_inside,
                    "{about}: {text:?} at {left} {bottom} {right} {top} of {} {}",
                    page.width, page.height
                );
                for (other, [x, y, end, up]) in &boxes[place + 1..] {
                    let is_apart =
                        *left >= end - 0.01 || *x >= right - 0.01 || *bottom >= up - 0.01 || *y >= top - 0.01;
                    assert!(
                        is_apart,
                        "{about}: {text:?} and {other:?} overlap: {left} {bottom} {right} {top}, {x} {y} {end} {up}"
                    );
                }
            }
        }
    }
}

fn object_number(objects: &BTreeMap<usize, (String, Vec<u8>)>, wanted: &String) -> usize {
    *objects.iter().find(|(_, (object, _))| std::ptr::eq(object, wanted)).unwrap().0
}

/// A dictionary, and its stream uncompressed.
fn parts(object: &[u8]) -> (String, Vec<u8>) {
    let Some(start) = object.windows(7).position(|window| window == b"stream\n") else {
        return (String::from_utf8_lossy(object).into_owned(), Vec::new());
    };
    let dictionary = String::from_utf8_lossy(&object[..start]).into_owned();
    if !dictionary.contains("FlateDecode") {
        return (dictionary, object[start + 7..].to_vec());
    }
    let mut bytes = Vec::new();
    flate2::read::ZlibDecoder::new(&object[start + 7..]).read_to_end(&mut bytes).unwrap();
    (dictionary, bytes)
}

fn number_after(text: &str, word: &str) -> f64 {
    text.split(word).nth(1).unwrap().split_whitespace().next().unwrap().parse().unwrap()
}

fn box_after(text: &str, word: &str) -> [f64; 4] {
    let numbers = text.split(word).nth(1).unwrap().split(['[', ']']).nth(1).unwrap();
    let numbers: Vec<f64> = numbers.split_whitespace().map(|number| number.parse().unwrap()).collect();
    numbers.try_into().unwrap()
}

/// The widths and characters of a font's glyphs, from the first on.
struct Font(Vec<(f64, char)>);

impl Font {
    fn read(font: &str, cmap: &[u8]) -> Self {
        let widths = font.split("/W").nth(1).unwrap().split('[').nth(2).unwrap().split(']').next().unwrap();
        let cmap = String::from_utf8_lossy(cmap).into_owned();
        let characters = cmap
            .lines()
            .filter(|line| *line != "<0000> <FFFF>")
            .filter_map(|line| line.strip_prefix('<')?.strip_suffix('>')?.split_once("> <"));
        let characters = characters.filter(|(_, to)| to.len() == 4).map(|(_, to)| u32::from_str_radix(to, 16).unwrap());
        Self(
            widths
                .split_whitespace()
                .map(|width| width.parse().unwrap())
                .zip(characters.map(|code| char::from_u32(code).unwrap()))
                .collect(),
        )
    }
}

impl Page {
    fn read(width: f64, height: f64, content: &str, fonts: &HashMap<&str, Font>, links: Vec<[f64; 4]>) -> Self {
        let mut page = Self { width, height, texts: Vec::new(), links, modules: Vec::new() };
        for line in content.lines() {
            let words: Vec<&str> = line.split(' ').collect();
            match words[..] {
                ["BT", font, em, "Tf", x, y, "Td", text, "Tj", "ET"] => {
                    let glyphs = &fonts[&font[1..]].0;
                    let [em, x, y] = [em, x, y].map(|number| number.parse::<f64>().unwrap());
                    let digits = text.trim_matches(['<', '>']).as_bytes();
                    let numbers = digits
                        .chunks(4)
                        .map(|digits| usize::from_str_radix(std::str::from_utf8(digits).unwrap(), 16).unwrap());
                    let letters: Vec<&(f64, char)> = numbers.map(|number| &glyphs[number - 1]).collect();
                    let wide: f64 = letters.iter().map(|(width, _)| width / 1000.0 * em).sum();
                    let baseline = y + height;
                    // What capitals and long letters take.
                    let box_ = [x, baseline - 0.22 * em, x + wide, baseline + 0.75 * em];
                    page.texts.push(Text { text: letters.iter().map(|(_, letter)| letter).collect(), box_ });
                }
                ["q", scale, "0", "0", _, _, _, "cm"] => page.modules.push(scale.parse().unwrap()),
                _ => {}
            }
        }
        page
    }
}
