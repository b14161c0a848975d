use std::fs;
use std::path::{Path, PathBuf};

use super::page::Item;
use super::words::Words;
use super::*;
use crate::invoice::Invoice;
use crate::xml::Element;

fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_lowercase()
}

/// All texts of the pages, without white space: lines end anywhere.
pub(super) fn texts(invoice: &Invoice, xml: &str, languages: Languages) -> String {
    let drawn = printout::drawn_of(invoice, xml, languages);
    let texts = drawn.pages.iter().flatten().filter_map(|item| match item {
        Item::Text { text, .. } => Some(squeezed(text)),
        _ => None,
    });
    texts.collect()
}

fn good() -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/invoices/good");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let drawn = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "xml");
    let files: Vec<_> = files.filter(drawn).map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect();
    assert!(files.len() > 13);
    files
}

/// Those that were made from the schemas.
fn generated() -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/invoices/generated");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = files.filter(|path| path.extension().is_some_and(|ending| ending == "xml"));
    let files: Vec<_> = files.map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect();
    assert_eq!(files.len(), 50);
    files
}

/// Every value that stands in an element or an attribute.
fn values<'e>(element: &'e Element, found: &mut Vec<(&'e str, &'e str)>) {
    found.extend(element.attributes.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    if !element.value().is_empty() {
        found.push((&element.name, element.value()));
    }
    element.children.iter().for_each(|child| values(child, found));
}

/// What is said in other words than "yes", "no" or the value: annotations, and what a line was before.
fn is_said_otherwise(words: Words, name: &str, value: &str) -> bool {
    // Files and signatures stay in the XML.
    if name.ends_with("BinaryObject") {
        return true;
    }
    // A rate is said as a rate: 23%.
    if words.form.is_pef() && name == "ID" && matches!(value, "S" | "VAT") {
        return true;
    }
    let is_mark = words.kind(name) == labels::Kind::Mark && matches!(value, "1" | "2");
    is_mark || (name == "Typ" && matches!(value, "date" | "datetime" | "dec" | "int" | "time" | "txt"))
}

#[test]
fn every_value_of_the_good_invoices_is_on_the_page() {
    for (path, xml) in good().into_iter().chain(generated()) {
        let invoice = Invoice::read(xml.as_bytes()).unwrap();
        let root = Element::read(&xml).unwrap();
        let mut all = Vec::new();
        values(&root, &mut all);
        for languages in ["pl", "en", "both"].map(|languages| languages.parse().unwrap()) {
            let drawn = texts(&invoice, &xml, languages);
            let words = Words { languages, form: invoice.form(), kind: "" };
            for (name, value) in all.iter().filter(|(name, value)| !is_said_otherwise(words, name, value)) {
                let shown = squeezed(&words.value(name, value));
                // Columns of attachments are figures by their type.
                let is_shown = drawn.contains(&shown)
                    || drawn.contains(&squeezed(&words.figure(value)))
                    || (*name == "ID" && drawn.contains(&squeezed(&words.value("TaxCategory/ID", value))));
                assert!(is_shown, "{}: {name} {value} as {shown} in\n{drawn}", path.display());
            }
        }
    }
}

#[test]
fn a_mark_is_said_in_its_words() {
    let (_, xml) = good().into_iter().find(|(path, _)| path.ends_with("fa3-self-billed.xml")).unwrap();
    let drawn = texts(&Invoice::read(xml.as_bytes()).unwrap(), &xml, Languages::default());
    let (yes, no) = drawn.split_once("niedotyczy:").unwrap();
    assert!(yes.contains("adnotacjesamofakturowanie"), "{yes}");
    for what in
        ["metodakasowa", "odwrotneobciążenie", "mechanizmpodzielonejpłatności", "zwolnienieodpodatku", "proceduramarży"]
    {
        assert!(no.contains(what), "{what}: {no}");
    }
}

#[test]
fn what_no_schema_has_is_drawn_too() {
    let pef = include_str!("../../../fixtures/invoices/good/pef-basic.xml");
    let odd = pef
        .replacen("<cac:Party>", "<cac:Party>loose<Own a='attr'>inner<In>deep</In></Own>", 1)
        .replacen("<cac:TaxScheme>", "<cac:TaxScheme y='z9'>", 1)
        .replacen("<cac:Item>", "<cac:Item>beside<New>fresh</New>", 1)
        .replacen("<cbc:Percent>", "<cbc:Percent>17</cbc:Percent><cbc:Percent q='second'>", 1)
        .replacen("<cac:TaxTotal>", "<cac:TaxTotal>amid", 1)
        .replacen("</Invoice>", "<Tail>last</Tail>end</Invoice>", 1);
    let drawn = texts(&Invoice::read(pef.as_bytes()).unwrap(), &odd, Languages::default());
    for value in ["loose", "attr", "inner", "deep", "z9", "beside", "fresh", "17", "second", "amid", "last", "end"] {
        assert!(drawn.contains(value), "{value} in {drawn}");
    }
    let (_, xml) = good().into_iter().find(|(path, _)| path.ends_with("fa3-basic.xml")).unwrap();
    let odd = xml
        .replacen("<Fa>", "<Fa>loose<Own a='attr'>inner<In>deep</In></Own>", 1)
        .replacen("</Podmiot1>", "<X y='z9'>beside</X></Podmiot1>", 1)
        .replacen("</FaWiersz>", "<P_7>second</P_7><New>fresh</New></FaWiersz>", 1)
        .replacen("</Faktura>", "<Tail>last</Tail></Faktura>", 1);
    let invoice = Invoice::read(xml.as_bytes()).unwrap();
    let drawn = texts(&invoice, &odd, Languages::default());
    for value in ["loose", "attr", "inner", "deep", "z9", "beside", "second", "fresh", "last"] {
        assert!(drawn.contains(value), "{value} in {drawn}");
    }
}

#[test]
fn what_says_nothing_has_no_heading() {
    let pef = include_str!("../../../fixtures/invoices/good/pef-basic.xml");
    let fa = include_str!("../../../fixtures/invoices/good/fa3-basic.xml");
    let of_pef = [
        "<cac:SellerSupplierParty/>",
        "<cac:PaymentExchangeRate> </cac:PaymentExchangeRate>",
        "<cac:BillingReference><cac:InvoiceDocumentReference/></cac:BillingReference>",
        "<cac:Delivery/>",
        "<Own><In/></Own>",
    ];
    let of_fa = ["<Rozliczenie/>", "<WarunkiTransakcji><Transport/></WarunkiTransakcji>", "<Own><In/></Own>", "<Own/>"];
    for (xml, before, nothings) in [(pef, "<cac:LegalMonetaryTotal>", &of_pef[..]), (fa, "</Fa>", &of_fa)] {
        let invoice = Invoice::read(xml.as_bytes()).unwrap();
        let drawn = |xml: &str| texts(&invoice, xml, Languages::default());
        for nothing in nothings {
            let odd = xml.replacen(before, &format!("{nothing}{before}"), 1);
            assert!(odd != xml && drawn(&odd) == drawn(xml), "{nothing}: {}", drawn(&odd));
        }
    }
}

/// Long texts, many lines: on as many pages as they take, and none beyond the edge.
#[test]
fn ten_thousand_lines_and_texts_without_an_end() {
    let (_, xml) = good().into_iter().find(|(path, _)| path.ends_with("fa3-basic.xml")).unwrap();
    let (before, rest) = xml.split_once("<FaWiersz>").unwrap();
    let (line, _) = rest.split_once("</FaWiersz>").unwrap();
    let after = rest.rsplit_once("</FaWiersz>").unwrap().1;
    let lines = format!("<FaWiersz>{line}</FaWiersz>").repeat(10_000);
    let long = before.replacen("<Nazwa>", &format!("<Nazwa>{}", "Wół ".repeat(3000) + &"X".repeat(20_000)), 1);
    for many in [format!("{before}{lines}{after}"), format!("{long}<FaWiersz>{line}</FaWiersz>{after}")] {
        let drawn = printout::drawn_of(&Invoice::read(xml.as_bytes()).unwrap(), &many, Languages::Both);
        assert!(drawn.pages.len() > 5, "{}", drawn.pages.len());
        for item in drawn.pages.iter().flatten() {
            let Item::Text { at: [x, y], style, text, .. } = item else { continue };
            let right = x + style.width(text.trim_end());
            assert!(*x >= 41.9 && right <= page::PAGE[0] - 41.0, "{text} from {x} to {right}");
            assert!(*y > 40.0 && *y < page::PAGE[1] - 25.0, "{text} at {y}");
        }
    }
}

#[test]
fn the_same_invoice_gives_the_same_bytes_with_its_own_in_them() {
    for (path, xml) in good() {
        let invoice = Invoice::read(xml.as_bytes()).unwrap();
        let printed = Printout::new(&invoice, xml.as_bytes(), Languages::Both).pdf().unwrap();
        assert_eq!(
            printed,
            Printout::new(&invoice, xml.as_bytes(), Languages::Both).pdf().unwrap(),
            "{}",
            path.display()
        );
        assert_eq!(printed.missing, []);
        let file = lopdf::Document::load_mem(&printed.bytes).unwrap();
        let embedded = file.objects.values().filter_map(|object| object.as_stream().ok());
        let is_file = |stream: &&lopdf::Stream| {
            stream.dict.get(b"Type").is_ok_and(|kind| kind.as_name().is_ok_and(|kind| kind == b"EmbeddedFile"))
        };
        let embedded: Vec<_> = embedded.filter(is_file).map(|stream| stream.decompressed_content().unwrap()).collect();
        assert_eq!(embedded, [xml.clone().into_bytes()]);
    }
}

fn basic() -> String {
    good().into_iter().find(|(path, _)| path.ends_with("fa3-basic.xml")).unwrap().1
}

/// The basic invoice with these lines in the place of its own.
fn with_lines(lines: &str) -> String {
    let xml = basic();
    let (before, rest) = xml.split_once("<FaWiersz>").unwrap();
    format!("{before}{lines}{}", rest.rsplit_once("</FaWiersz>").unwrap().1)
}

fn drawn(xml: &str, languages: &str) -> page::Drawn {
    let invoice = Invoice::read(xml.as_bytes()).unwrap();
    printout::drawn_of(&invoice, xml, languages.parse().unwrap())
}

/// However many columns there are, and however long the numbers are.
#[test]
fn numbers_and_short_words_are_never_broken() {
    let all = |net: &str, vat: &str, extra: &str| {
        format!(
            "<FaWiersz><NrWierszaFa>1</NrWierszaFa><P_7>Dostawa i montaż regałów wysokiego składowania</P_7><P_8A>komplet</P_8A>\
             <P_8B>{vat}</P_8B><P_9A>{net}</P_9A>{extra}<P_11>{net}</P_11><P_11Vat>{vat}</P_11Vat><P_12>23</P_12></FaWiersz>"
        )
    };
    let extra = |net: &str| format!("<P_9B>{net}</P_9B><P_10>{net}</P_10><P_11A>{net}</P_11A>");
    for (net, shown) in
        [("89.5", "89,50"), ("1234567.89", "1 234 567,89"), ("12345678901234.56", "12 345 678 901 234,56")]
    {
        for xml in [with_lines(&all(net, "234567.8", "")), with_lines(&all(net, "234567.8", &extra(net)))] {
            for languages in ["pl", "both"] {
                let drawn = drawn(&xml, languages);
                let texts: Vec<String> =
                    drawn.pages.iter().flatten().filter_map(text_of).map(|t| t.replace('\u{a0}', " ")).collect();
                let count = |what: &str| {
                    texts.iter().filter(|text| text.split(' ').collect::<Vec<_>>().join(" ").contains(what)).count()
                };
                let wanted = if xml.contains("<P_10>") { 5 } else { 2 };
                assert_eq!(count(shown), wanted, "{shown} {languages}: {texts:?}");
                assert!(count("234 567,8") > 1 && count("komplet") > 0 && count("23%") > 0, "{texts:?}");
                if languages == "pl" {
                    assert!(count("podatku") > 0 && count("jedn.") > 0, "{texts:?}");
                }
            }
        }
    }
}

/// Wherever the pages end: no heading is the last thing on one, and a total stands under its table.
#[test]
fn a_heading_stays_with_what_follows() {
    let (_, full) = generated().into_iter().max_by_key(|(_, xml)| xml.len()).unwrap();
    let line =
        |n: usize| format!("<FaWiersz><NrWierszaFa>{n}</NrWierszaFa><P_7>Towar {n}</P_7><P_11>1</P_11></FaWiersz>");
    let many = (0..70).map(|count| with_lines(&(0..=count).map(line).collect::<String>()));
    let padded = (0..40).map(|count| full.replacen("</P_7>", &format!("{}</P_7>", " słowo".repeat(15 * count)), 1));
    for xml in many.chain(padded) {
        let drawn = drawn(&xml, "pl");
        for (page, number) in drawn.pages.iter().zip(1..) {
            let mut lowest: Vec<(&str, page::Style)> = Vec::new();
            let mut bottom = 0.0;
            for item in page {
                let Item::Text { at: [_, y], style, text, tag: Some(_) } = item else { continue };
                if *y > bottom {
                    (bottom, lowest) = (*y, Vec::new());
                }
                if (*y - bottom).abs() < 0.1_f32 {
                    lowest.push((text.trim(), *style));
                }
            }
            let is_heading = |(text, style): &(&str, page::Style)| {
                drawn.outline.iter().any(|(heading, ..)| heading == text)
                    || style.bold && (style.size - 8.0).abs() < 0.1
            };
            assert!(number == drawn.pages.len() || !lowest.iter().all(is_heading), "page {number}: {lowest:?}");
            let texts: Vec<&str> = page.iter().filter_map(text_of).map(str::trim).collect();
            let has = |what: &str| texts.contains(&what);
            assert_eq!(has("Kwota należności ogółem"), has("Podsumowanie"), "{texts:?}");
        }
        for (heading, page, y) in &drawn.outline {
            let is_there = |item: &Item| matches!(item, Item::Text { at, text, .. } if text.trim() == heading && (at[1] - y).abs() < 12.0);
            assert!(drawn.pages[*page].iter().any(is_there), "{heading} on {page} at {y}");
        }
    }
}

/// A click on a code leads where it leads, and so does one on what stands below it.
#[test]
fn a_link_lies_over_each_code() {
    let xml = basic();
    let invoice = Invoice::read(xml.as_bytes()).unwrap();
    let code = |link: &str| crate::Code::new(link, crate::Label::OFFLINE, crate::EccLevel::M).unwrap();
    let codes = [code("https://qr.ksef.mf.gov.pl/invoice/1"), code("https://qr.ksef.mf.gov.pl/certificate/2")];
    let printout = Printout::new(&invoice, xml.as_bytes(), Languages::default()).codes(&codes);
    let drawn = printout.drawn(&Element::read(&xml).unwrap());
    let items = || drawn.pages.iter().flatten();
    for code in &codes {
        let is_it = |other: &crate::Code| other.link() == code.link();
        let side = |code: &crate::Code, module: f32| code.side() as f32 * module;
        let place = items().find_map(|item| match item {
            Item::Code { at: [x, y], module, code, .. } if is_it(code) => {
                Some([*x, *y, side(code, *module), side(code, *module)])
            }
            _ => None,
        });
        let over = items()
            .any(|item| matches!(item, Item::Click { area, url, .. } if Some(*area) == place && url == code.link()));
        assert!(over, "{place:?}");
    }
    assert!(printout.pdf().unwrap().bytes.starts_with(b"%PDF"));
}

/// What the total is depends on the kind of the invoice, by the schema.
#[test]
fn the_total_is_named_by_what_it_is() {
    let xml = basic();
    for (kind, pl, en) in [
        ("VAT", "Kwota należności ogółem", "Total amount due"),
        ("ZAL", "Kwota zapłaty dokumentowana fakturą", "Payment documented by this invoice"),
        ("ROZ", "Kwota pozostała do zapłaty", "Amount remaining to be paid"),
        ("KOR", "Korekta kwoty należności", "Correction of the amount due"),
        ("KOR_ZAL", "Korekta kwoty zapłaty", "Correction of the payment"),
        ("KOR_ROZ", "Korekta kwoty pozostałej do zapłaty", "Correction of the amount remaining to be paid"),
        ("UPR", "Kwota należności ogółem", "Total amount due"),
    ] {
        let of_kind = xml.replacen("<RodzajFaktury>VAT<", &format!("<RodzajFaktury>{kind}<"), 1);
        for (language, label) in [("pl", pl), ("en", en)] {
            let drawn = drawn(&of_kind, language);
            let texts: Vec<&str> = drawn.pages.iter().flatten().filter_map(text_of).map(str::trim).collect();
            assert!(texts.contains(&label), "{kind}: {label} in {texts:?}");
        }
    }
}

/// They would take half of the table.
#[test]
fn what_a_unit_is_by_is_said_below() {
    let xml = include_str!("../../../fixtures/invoices/good/pef-basic.xml");
    let odd = xml.replacen("<cbc:InvoicedQuantity ", "<cbc:InvoicedQuantity unitCodeListAgencyName='Agencja (ta)' ", 1);
    assert_ne!(odd, xml);
    let drawn = drawn(&odd, "pl");
    let texts: Vec<&str> = drawn.pages.iter().flatten().filter_map(text_of).map(str::trim).collect();
    let (below, beside): (Vec<&str>, Vec<&str>) =
        texts.into_iter().filter(|text| text.contains("Agencja (ta)")).partition(|text| text.contains("Ilość: "));
    assert!(beside.is_empty() && below.len() == 1, "{beside:?} {below:?}");
}

#[test]
fn letters_that_the_font_lacks_are_told() {
    let (_, xml) = good().into_iter().find(|(path, _)| path.ends_with("fa3-basic.xml")).unwrap();
    let odd = xml.replacen("<Nazwa>", "<Nazwa>漢字漢\u{e001}\u{ad}", 1);
    let invoice = Invoice::read(odd.as_bytes()).unwrap();
    let printed = Printout::new(&invoice, odd.as_bytes(), Languages::default()).pdf().unwrap();
    assert_eq!(printed.missing, ['漢', '字', '\u{e001}']);
}

#[test]
fn what_the_upo_confirms_is_on_the_page() {
    let (_, xml) = good().into_iter().find(|(path, _)| path.ends_with("fa3-basic.xml")).unwrap();
    let upo = crate::upo::Upo::parse(include_bytes!("../../../fixtures/upo/good/session.xml")).unwrap();
    let invoice = Invoice::read(xml.as_bytes()).unwrap();
    let printout = Printout::new(&invoice, xml.as_bytes(), Languages::default());
    let printed = printout.ksef_number(upo.number(invoice.hash())).receipt(upo.receipt(invoice.hash()));
    let drawn = printed.drawn(&Element::read(&xml).unwrap());
    let texts: Vec<&str> = drawn.pages.iter().flatten().filter_map(text_of).map(str::trim).collect();
    for said in
        ["5265877635-20260616-0100001AF629-15", "2026-06-16 11:05:40 +02:00", "2026-06-16 11:05:41 +02:00", "Offline"]
    {
        assert!(texts.contains(&said), "{said} in {texts:?}");
    }
}

fn text_of(item: &Item) -> Option<&str> {
    if let Item::Text { text, .. } = item { Some(text) } else { None }
}

/// As many different elements as there is room for, in every place: each is looked at once.
#[test]
fn elements_that_no_schema_has_take_no_longer_the_more_they_are() {
    let many = |count: usize| (0..count).map(|n| format!("<e{n}>1</e{n}>")).collect::<Vec<_>>().concat();
    let fa = include_str!("../../../fixtures/invoices/good/fa3-basic.xml");
    let pef = include_str!("../../../fixtures/invoices/good/pef-basic.xml");
    for (xml, at) in [
        (fa, "</FaWiersz>"),
        (fa, "</Platnosc>"),
        (fa, "</Podmiot1>"),
        (pef, "</cac:InvoiceLine>"),
        (pef, "</cac:TaxTotal>"),
        (pef, "</Invoice>"),
    ] {
        let invoice = Invoice::read(xml.as_bytes()).unwrap();
        let took = [4_000, 16_000].map(|count| {
            let odd = xml.replacen(at, &format!("{}{at}", many(count)), 1);
            let began = std::time::Instant::now();
            assert!(!printout::drawn_of(&invoice, &odd, Languages::default()).pages.is_empty());
            began.elapsed()
        });
        // Four times as many; sixteen times would be their square.
        assert!(took[1] < took[0] * 10 + std::time::Duration::from_millis(300), "{at}: {took:?}");
    }
}
