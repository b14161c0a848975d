//! An invoice of UBL as people read it: an address in one line, a rate as a rate, an amount with its currency. What is understood
//! becomes one value; all else stays as it was.

use super::pef_labels;
use super::words::Words;
use crate::xml::Element;

/// The same with its attributes in its values.
pub(super) fn readable(element: &Element, words: Words) -> Element {
    of_parent(element, "", words)
}

fn of_parent(element: &Element, parent: &str, words: Words) -> Element {
    let name = element.name.as_str();
    let children: Vec<Element> = element.children.iter().map(|child| of_parent(child, name, words)).collect();
    let in_parent = format!("{parent}/{name}");
    let known = if pef_labels::label(&in_parent).is_some() { in_parent } else { name.to_owned() };
    let mut plain = Element { name: known, text: element.value().to_owned(), children, attributes: Vec::new() };
    if plain.children.is_empty() {
        plain.text = value(element, &plain.name, words);
        return plain;
    }
    let one_line = match name {
        "Signature" if element.child("SignedInfo").is_some() => {
            Some(words.say("podpis elektroniczny, w XML", "an electronic signature, in the XML"))
        }
        "TaxCategory" | "ClassifiedTaxCategory" => rate(element, words),
        "PartyTaxScheme" => tax_number(element),
        "TaxScheme" => only(element, &["ID"]).map(|_| joined(&plain, ", ")),
        "Contact" => only(element, &["Name", "Telephone", "ElectronicMail"]).map(|_| joined(&plain, " · ")),
        "Country" => only(element, &["IdentificationCode", "Name"]).map(|_| joined(&plain, " ")),
        _ if is_address(element) => Some(address(&plain)),
        _ => None,
    };
    // Text and attributes beside elements are in no schema.
    let is_whole = element.value().is_empty() && element.attributes.is_empty();
    match one_line.filter(|_| is_whole) {
        Some(text) => Element { text, children: Vec::new(), ..plain },
        None => {
            let stray =
                |name: &str, text: &str| Element { name: name.to_owned(), text: text.to_owned(), ..Element::default() };
            plain.children.extend(element.attributes.iter().map(|(name, value)| stray(name, value)));
            let text = std::mem::take(&mut plain.text);
            if !text.is_empty() {
                plain.children.push(stray(name, &text));
            }
            plain
        }
    }
}

/// A value, as it is written on paper, and its attributes.
fn value(element: &Element, name: &str, words: Words) -> String {
    let attribute = |wanted: &str| element.attributes.iter().find(|(name, _)| name == wanted).map(|(_, value)| value);
    let text = element.value();
    if element.name.ends_with("BinaryObject") {
        return file(element, words);
    }
    let mut shown = match (attribute("currencyID"), attribute("unitCode")) {
        (Some(currency), _) => words.amount(text, currency),
        (None, Some(unit)) => format!("{}\u{a0}{}", words.value(name, text), words.value("unitCode", unit)),
        (None, None) if element.attributes.is_empty() => return text.to_owned(),
        (None, None) => words.value(name, text),
    };
    let more: Vec<String> = element
        .attributes
        .iter()
        .filter(|(name, _)| name != "currencyID" && name != "unitCode")
        .map(|(name, value)| if name == "schemeID" { value.clone() } else { format!("{name} {value}") })
        .collect();
    if !more.is_empty() {
        let space = if shown.is_empty() { "" } else { " " };
        shown = format!("{shown}{space}({})", more.join("; "));
    }
    shown
}

/// The name of a file that is attached, what it is, and its length: its bytes are for programs, and stay in the XML.
fn file(element: &Element, words: Words) -> String {
    let said = element.attributes.iter().map(|(_, value)| value.as_str()).filter(|value| !value.is_empty());
    let digits = element.value().bytes().filter(|byte| !byte.is_ascii_whitespace() && *byte != b'=').count();
    let size = format!("{} B", words.figure(&(digits * 3 / 4).to_string()));
    let place = words.say("w XML tej faktury", "in the XML of this invoice");
    said.map(str::to_owned).chain([size, place]).collect::<Vec<_>>().join(" · ")
}

/// The parts of an element, if it has no others than these.
fn only<'e>(element: &'e Element, names: &[&str]) -> Option<&'e [Element]> {
    let is_known =
        |part: &Element| names.contains(&part.name.as_str()) && part.children.is_empty() && part.attributes.is_empty();
    let is_bare = element.attributes.is_empty() && element.value().is_empty();
    (is_bare && element.children.iter().all(is_known)).then_some(&element.children[..])
}

fn joined(element: &Element, between: &str) -> String {
    let values = element.children.iter().map(Element::value).filter(|value| !value.is_empty());
    values.collect::<Vec<_>>().join(between)
}

/// A tax scheme that says no more than that it is VAT, which all of them are.
fn is_vat(scheme: &Element) -> bool {
    only(scheme, &["ID"]).is_some_and(|parts| matches!(parts, [id] if id.value() == "VAT"))
}

/// `23%`, or what the category means.
fn rate(element: &Element, words: Words) -> Option<String> {
    let mut parts = element.children.iter().filter(|part| !(part.name == "TaxScheme" && is_vat(part)));
    let is_known = parts.all(|part| {
        matches!(part.name.as_str(), "ID" | "Percent" | "TaxExemptionReason" | "TaxExemptionReasonCode")
            && part.children.is_empty()
            && part.attributes.is_empty()
    });
    let value = |name: &str| element.child(name).map(Element::value).filter(|value| !value.is_empty());
    let id = value("ID")?;
    let is_twice = |name: &str| element.children.iter().filter(|part| part.name == name).count() > 1;
    if !is_known || is_twice("ID") || is_twice("Percent") {
        return None;
    }
    let percent = value("Percent").map(|percent| format!("{}%", words.figure(percent)));
    let meaning = words.value("TaxCategory/ID", id);
    let mut said = match (id, percent) {
        ("S", Some(percent)) => percent,
        ("Z" | "K" | "G", Some(percent)) => format!("{percent} – {meaning}"),
        // Of what is not taxed the percentage says nothing.
        (_, Some(percent)) if percent != "0%" && percent != "0,00%" && percent != "0.00%" => {
            format!("{meaning} {percent}")
        }
        _ => meaning,
    };
    for reason in element.children.iter().filter(|part| part.name.starts_with("TaxExemption")) {
        said = format!("{said} · {}", reason.value());
    }
    Some(said)
}

/// A number of VAT: of other taxes their name is said too.
fn tax_number(element: &Element) -> Option<String> {
    let number = element.child("CompanyID").filter(|number| number.attributes.is_empty())?;
    match &element.children[..] {
        [_, scheme] if scheme.name == "TaxScheme" && is_vat(scheme) => Some(number.value().to_owned()),
        _ => None,
    }
}

fn is_address(element: &Element) -> bool {
    let is_part = |part: &Element| {
        let is_leaf = part.children.is_empty() && part.attributes.is_empty();
        match part.name.as_str() {
            "StreetName"
            | "AdditionalStreetName"
            | "BuildingNumber"
            | "CityName"
            | "PostalZone"
            | "CountrySubentity" => is_leaf,
            "AddressLine" => only(part, &["Line"]).is_some(),
            "Country" => only(part, &["IdentificationCode", "Name"]).is_some(),
            _ => false,
        }
    };
    element.name.ends_with("Address") && element.children.iter().all(is_part)
}

/// `ul. Żeromskiego 17, 25-370 Kielce, PL`
fn address(element: &Element) -> String {
    let one = |names: &[&str], between: &str| {
        let mut values: Vec<String> = Vec::new();
        for name in names {
            for part in element.children.iter().filter(|part| part.name == *name) {
                let value = if part.children.is_empty() { part.value().to_owned() } else { joined(part, ", ") };
                values.extend(Some(value).filter(|value| !value.is_empty()));
            }
        }
        values.join(between)
    };
    let street = one(&["StreetName", "BuildingNumber"], " ");
    let town = one(&["PostalZone", "CityName"], " ");
    [street, one(&["AdditionalStreetName", "AddressLine"], ", "), town, one(&["CountrySubentity", "Country"], ", ")]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invoice::Form;

    fn read(xml: &str) -> Element {
        readable(&Element::read(xml).unwrap(), Words { languages: "pl".parse().unwrap(), form: Form::Pef3, kind: "" })
    }

    fn value_of(xml: &str) -> String {
        let root = read(&format!("<R>{xml}</R>"));
        assert!(root.children[0].children.is_empty(), "{root:?}");
        root.children[0].value().replace('\u{a0}', " ")
    }

    #[test]
    fn what_is_understood_is_one_value() {
        let vat = "<TaxScheme><ID>VAT</ID></TaxScheme>";
        for (xml, shown) in [
            ("<Amount currencyID='PLN'>1200.5</Amount>".to_owned(), "1 200,50 PLN"),
            ("<Amount currencyID='PLN' x='y'>1200.5</Amount>".to_owned(), "1 200,50 PLN (x y)"),
            ("<InvoicedQuantity unitCode='KGM'>8</InvoicedQuantity>".to_owned(), "8 kg"),
            ("<InvoicedQuantity unitCode='Q1Z'>8</InvoicedQuantity>".to_owned(), "8 Q1Z"),
            ("<EndpointID schemeID='9945'>PL1</EndpointID>".to_owned(), "PL1 (9945)"),
            (format!("<TaxCategory><ID>S</ID><Percent>23</Percent>{vat}</TaxCategory>"), "23%"),
            (
                format!("<TaxCategory><ID>E</ID><Percent>0</Percent><TaxExemptionReason>art. 43</TaxExemptionReason>{vat}</TaxCategory>"),
                "zwolnione · art. 43",
            ),
            (format!("<PartyTaxScheme><CompanyID>PL1</CompanyID>{vat}</PartyTaxScheme>"), "PL1"),
            (
                "<PostalAddress><StreetName>ul. Ż 1</StreetName><CityName>Kielce</CityName><PostalZone>25-370</PostalZone>\
                 <Country><IdentificationCode>PL</IdentificationCode></Country></PostalAddress>"
                    .to_owned(),
                "ul. Ż 1, 25-370 Kielce, PL",
            ),
            ("<EmbeddedDocumentBinaryObject mimeCode='text/csv' filename='a.csv'>QUJD</EmbeddedDocumentBinaryObject>".to_owned(),
             "text/csv · a.csv · 3 B · w XML tej faktury"),
        ] {
            assert_eq!(value_of(&xml), shown, "{xml}");
        }
    }

    #[test]
    fn what_is_not_understood_stays() {
        for xml in [
            "<TaxCategory><ID>S</ID><New>x</New></TaxCategory>",
            "<PartyTaxScheme><CompanyID>1</CompanyID><TaxScheme><ID>LOC</ID></TaxScheme></PartyTaxScheme>",
            "<PostalAddress><StreetName>a</StreetName><Inhouse>b</Inhouse></PostalAddress>",
        ] {
            let root = read(&format!("<R>{xml}</R>"));
            assert_eq!(root.children[0].children.len(), 2, "{xml}");
        }
    }
}
