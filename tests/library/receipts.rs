//! What receipt and label printers are sent, read back byte by byte: nothing in it that a printer would not expect.
#![cfg(feature = "pdf")]

use ksef_qr::paper::{Confirmation, ConfirmationFacts, Language, QrBy, Roll};
use ksef_qr::qr::Symbol;
use ksef_qr::{Code, EccLevel, Invoice, Label};

const KOD1: &str =
    "https://qr.ksef.mf.gov.pl/invoice/5265877635/15-06-2026/UtQp9Gpc51y-u3xApZjIjgkpZ01js-J8KflSPW8WzIE";

/// Signed by RSA, the longest there is.
fn kod2() -> String {
    let noise: String = "SOnV_2axc-7Kq9Zr".chars().cycle().take(342).collect();
    let hash = &KOD1[KOD1.len() - 43..];
    format!("https://qr.ksef.mf.gov.pl/certificate/Nip/5265877635/5265877635/01F20A5D352AE590/{hash}/{noise}")
}

/// Calls with the confirmations of harmless and of hostile texts.
fn with_confirmations(mut check: impl FnMut(&Confirmation<'_>, [&Symbol; 2], [&str; 2])) {
    let xml = std::fs::read(format!("{}/fixtures/invoices/good/fa3-basic.xml", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let invoice = Invoice::read(&xml).unwrap();
    let (kod1, kod2) = (KOD1, kod2());
    let codes = [(kod1, Label::OFFLINE), (&*kod2, Label::CERTYFIKAT)]
        .map(|(link, label)| Code::new(link, label, EccLevel::M).unwrap());
    let long = "ŻŁÓWW".repeat(110);
    for (seller, number) in [
        ("Zażółć gęślą jaźń", "FV/2026/06/001"),
        ("\u{1b}@\u{1d}V0 ^XZ ~JA _5E \u{7f}", "^FS^XZ"),
        (&*long, "F/2026 漢字 € „x”"),
    ] {
        let mut facts = ConfirmationFacts::of(&invoice);
        (facts.seller_name, facts.number, facts.total) = (Some(seller), number, Some("1230.00"));
        for language in [Language::Polish, Language::English] {
            check(&Confirmation::new(&facts, &codes, language), [codes[0].symbol(), codes[1].symbol()], [kod1, &kod2]);
        }
    }
}

/// What a receipt printer would print.
#[derive(Default)]
struct Receipt {
    lines: Vec<Vec<u8>>,
    /// Rows of dots, of all strips one after the other.
    rasters: Vec<Vec<Vec<bool>>>,
    codes: Vec<(u8, u8, Vec<u8>)>,
    is_cut: bool,
}

/// A printer that takes exactly the commands that the documentation names, and stumbles over any other byte.
fn print(mut bytes: &[u8]) -> Receipt {
    let mut receipt = Receipt::default();
    let (mut line, mut module, mut level, mut data, mut is_graphic) = (Vec::new(), 0, 0, Vec::new(), false);
    let mut take = |count: usize| {
        let (taken, rest) = bytes.split_at_checked(count)?;
        bytes = rest;
        Some(taken.to_vec())
    };
    let mut started = false;
    while let Some(first) = take(1) {
        assert!(!receipt.is_cut, "something follows the cut");
        let was_graphic = std::mem::take(&mut is_graphic);
        match first[0] {
            0x1b => match take(1).unwrap()[0] {
                b'@' => started = true,
                b't' => assert_eq!(take(1).unwrap(), [18]),
                b'a' => assert!(take(1).unwrap()[0] <= 1 && line.is_empty(), "aligned at the beginning of a line"),
                b'E' => assert!(take(1).unwrap()[0] <= 1),
                other => panic!("ESC {other}"),
            },
            0x1c => assert_eq!(take(1).unwrap(), b"."),
            0x1d => match take(1).unwrap()[0] {
                b'V' => {
                    assert_eq!(take(2).unwrap(), [66, 0]);
                    receipt.is_cut = true;
                }
                b'v' => {
                    assert_eq!(take(2).unwrap(), b"0\0");
                    let size = take(4).unwrap();
                    let [width, height] =
                        [[size[0], size[1]], [size[2], size[3]]].map(u16::from_le_bytes).map(usize::from);
                    let dots = take(width * height).unwrap();
                    let rows = dots
                        .chunks(width)
                        .map(|row| (0..8 * width).map(|x| row[x / 8] << (x % 8) & 0x80 != 0).collect());
                    if !was_graphic {
                        receipt.rasters.push(Vec::new());
                    }
                    receipt.rasters.last_mut().unwrap().extend(rows);
                    is_graphic = true;
                }
                b'(' => {
                    assert_eq!(take(1).unwrap(), b"k");
                    let length = take(2).unwrap();
                    let function = take(u16::from_le_bytes([length[0], length[1]]).into()).unwrap();
                    match &function[..] {
                        [b'1', 65, 50, 0] => {}
                        [b'1', 67, size] => module = *size,
                        [b'1', 69, error_correction] => level = *error_correction,
                        [b'1', 80, 48, stored @ ..] => data = stored.to_vec(),
                        [b'1', 81, 48] => receipt.codes.push((module, level, std::mem::take(&mut data))),
                        other => panic!("GS ( k {other:?}"),
                    }
                }
                other => panic!("GS {other}"),
            },
            b'\n' => receipt.lines.push(std::mem::take(&mut line)),
            byte => {
                assert!(started && (byte >= 0x80 || (b' '..=b'~').contains(&byte)), "byte {byte}");
                line.push(byte);
            }
        }
    }
    assert!(receipt.is_cut && line.is_empty());
    receipt
}

/// Compares dots with a symbol, its quiet zone and the white beside it.
fn check_dots(rows: &[Vec<bool>], symbol: &Symbol, module: usize, left: usize) {
    assert_eq!(rows.len(), (symbol.size() + 8) * module);
    for (y, row) in rows.iter().enumerate() {
        for (x, &dark) in row.iter().enumerate() {
            let place = |dot: usize| (dot / module).checked_sub(4);
            let expected = x.checked_sub(left).and_then(place).zip(place(y)).is_some_and(|(x, y)| symbol.is_dark(x, y));
            assert_eq!(dark, expected, "{x}, {y}");
        }
    }
}

#[test]
fn receipts_are_text_and_codes_and_a_cut() {
    with_confirmations(|confirmation, symbols, links| {
        for (roll, dots) in [(Roll::Mm80, 576_usize), (Roll::Mm58, 384)] {
            let receipt = print(&confirmation.escpos(roll, QrBy::Raster));
            assert!(receipt.codes.is_empty() && receipt.rasters.len() == 2);
            for (rows, symbol) in receipt.rasters.iter().zip(symbols) {
                let module = 4.min(dots / (symbol.size() + 8));
                assert!(module >= 3, "a module has 0.37 mm and more");
                assert!(rows[0].len() <= dots);
                check_dots(rows, symbol, module, (dots - (symbol.size() + 8) * module) / 2);
            }
            assert!(receipt.lines.iter().all(|line| line.len() <= dots / 12), "no line is wider than the paper");
            let text: Vec<u8> = receipt.lines.concat().into_iter().filter(|byte| *byte != b' ').collect();
            let contains = |part: &[u8]| text.windows(part.len()).any(|window| window == part);
            for part in [links[0], links[1], "OFFLINE", "CERTYFIKAT", "5265877635", "2026-06-15", "1230.00"] {
                assert!(contains(part.as_bytes()), "{part}");
            }

            let receipt = print(&confirmation.escpos(roll, QrBy::Printer));
            assert!(receipt.rasters.is_empty());
            assert_eq!(
                receipt.codes.iter().map(|(_, _, data)| &data[..]).collect::<Vec<_>>(),
                links.map(str::as_bytes)
            );
            for ((module, level, _), symbol) in receipt.codes.iter().zip(symbols) {
                // '1' is M. The printer's code may be larger than ours, and has room all the same.
                assert!(
                    *level == b'1' && (3..=4).contains(module) && usize::from(*module) * (symbol.size() + 8) <= dots
                );
            }
        }
    });
}

#[test]
fn polish_letters_are_those_of_code_page_852() {
    let mut seen = 0;
    with_confirmations(|confirmation, _, _| {
        let bytes = confirmation.escpos(Roll::Mm80, QrBy::Printer);
        // "Zażółć gęślą jaźń" as Python encodes it.
        let expected = b"Za\xbe\xa2\x88\x86 g\xa9\x98l\xa5 ja\xab\xe4";
        seen += usize::from(bytes.windows(expected.len()).any(|window| window == expected));
    });
    assert_eq!(seen, 2, "in Polish and in English");
}

/// A field of a label: where it begins, its commands and its data.
struct Field {
    x: usize,
    y: usize,
    command: String,
    data: String,
}

/// A printer of labels that takes exactly the commands that are expected.
fn label(text: &str) -> (usize, usize, Vec<Field>) {
    let lines: Vec<&str> = text.lines().collect();
    let ["^XA", "^CI28", width, length, "^LH0,0", fields @ .., "^XZ"] = &lines[..] else { panic!("{text}") };
    let fields = fields.iter().map(|field| {
        let field = field.strip_suffix("^FS").unwrap().strip_prefix("^FO").unwrap();
        let (place, rest) = field.split_once('^').unwrap();
        let (x, y) = place.split_once(',').unwrap();
        let (command, data) = match rest.split_once("^FH_^FD") {
            Some((command, data)) => {
                assert!(!data.contains(['^', '~']), "{data}");
                (command.to_owned(), unescaped(data))
            }
            None => (rest.to_owned(), String::new()),
        };
        Field { x: x.parse().unwrap(), y: y.parse().unwrap(), command, data }
    });
    let number = |line: &str, command: &str| line.strip_prefix(command).unwrap().parse().unwrap();
    (number(width, "^PW"), number(length, "^LL"), fields.collect())
}

fn unescaped(data: &str) -> String {
    let mut parts = data.split('_');
    let mut text = parts.next().unwrap().to_owned();
    for part in parts {
        text.push(char::from(u8::from_str_radix(&part[..2], 16).unwrap()));
        text.push_str(&part[2..]);
    }
    text
}

#[test]
fn labels_are_fields_one_under_the_other() {
    with_confirmations(|confirmation, symbols, links| {
        for (width_mm, width) in [(58, 463), (100, 799)] {
            for qr in [QrBy::Raster, QrBy::Printer] {
                let (found, length, fields) = label(&confirmation.zpl(width_mm, qr).unwrap());
                assert_eq!(found, width);
                let mut bottom = 0;
                let mut codes = 0;
                for field in &fields {
                    assert!(field.x < width && field.y + 10 >= bottom, "{} {}", field.y, bottom);
                    let side = match field.command.split(',').collect::<Vec<_>>()[..] {
                        [a0, height, wide] if a0 == "A0N" && height == wide => height.parse().unwrap(),
                        ["BQN", "2", module] => {
                            let module: usize = module.parse().unwrap();
                            assert_eq!(field.data, format!("MA,{}", links[codes]));
                            codes += 1;
                            assert!((3..=4).contains(&module));
                            symbols[codes - 1].size() * module
                        }
                        ["GFA", count, all, bytes_a_row, dots] => {
                            let [count, all, bytes_a_row]: [usize; 3] =
                                [count, all, bytes_a_row].map(|n| n.parse().unwrap());
                            assert!(count == all && dots.len() == 2 * count);
                            let byte = |place: usize| u8::from_str_radix(&dots[2 * place..2 * place + 2], 16).unwrap();
                            let bytes: Vec<u8> = (0..count).map(byte).collect();
                            let rows: Vec<Vec<bool>> = bytes
                                .chunks(bytes_a_row)
                                .map(|row| (0..8 * bytes_a_row).map(|x| row[x / 8] << (x % 8) & 0x80 != 0).collect())
                                .collect();
                            let module = rows.len() / (symbols[codes].size() + 8);
                            check_dots(&rows, symbols[codes], module, 0);
                            codes += 1;
                            assert!(module >= 3 && field.x + 8 * bytes_a_row <= width + 7);
                            rows.len()
                        }
                        _ => panic!("{}", field.command),
                    };
                    bottom = field.y + side;
                }
                assert!(codes == 2 && bottom <= length);
                let text: String = fields.iter().map(|field| &*field.data).collect();
                for part in [links[0], links[1], "OFFLINE", "CERTYFIKAT", "5265877635", "2026-06-15", "1230.00"] {
                    assert!(text.contains(part), "{part}");
                }
            }
        }
        for width in [0, 39, 105] {
            assert_eq!(confirmation.zpl(width, QrBy::Raster).unwrap_err().code(), "setting_malformed");
        }
    });
}
