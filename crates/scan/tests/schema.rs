//! Schemas as folders have them, and what they have against documents.

use ksef_qr_scan::schema::{Form, Schemas};

const NAMESPACE: &str = "http://crd.gov.pl/wzor/2025/06/25/13775/";

fn forms() -> Vec<Form> {
    let form = |name: &str, namespace: &str, root: &str| Form {
        name: name.to_owned(),
        namespace: namespace.to_owned(),
        root: root.to_owned(),
    };
    vec![form("FA(3)", NAMESPACE, "Faktura"), form("FA_RR(1)", "http://crd.gov.pl/wzor/2026/03/06/14189/", "Faktura")]
}

/// Schemas that import from the network, and a folder that has them flat, under names of its own.
#[test]
fn schemas_are_found_by_namespace_and_imports_in_the_folder() {
    let form = "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema' xmlns:t='urn:t' elementFormDefault='qualified'
        targetNamespace='http://crd.gov.pl/wzor/2025/06/25/13775/'>
        <xs:import namespace='urn:t' schemaLocation='http://crd.gov.pl/xml/schematy/typy.xsd'/>
        <xs:element name='Faktura'><xs:complexType><xs:sequence>
          <xs:element name='A' type='t:T'/></xs:sequence></xs:complexType></xs:element></xs:schema>";
    let types = "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema' targetNamespace='urn:t'>
        <xs:simpleType name='T'><xs:restriction base='xs:string'><xs:maxLength value='2'/></xs:restriction></xs:simpleType>
        </xs:schema>";
    let files =
        |named: &str| vec![("moja faktura.xsd".to_owned(), form.into()), (named.to_owned(), types.as_bytes().to_vec())];
    let validate = |schemas: &Schemas, value: &str| {
        schemas.validate("FA(3)", &format!("<Faktura xmlns='{NAMESPACE}'><A>{value}</A></Faktura>"))
    };
    let schemas = Schemas::new(forms(), files("inne/typy.xsd")).unwrap();
    assert_eq!(validate(&schemas, "ab").unwrap(), []);
    assert_eq!(validate(&schemas, "abc").unwrap().len(), 1);
    let missing = validate(&Schemas::new(forms(), files("inne/nazwy.xsd")).unwrap(), "ab").unwrap_err();
    assert_eq!(missing.code(), "schema_unusable");
    assert!(missing.message().contains("typy.xsd is not in the folder"), "{missing}");
    let none = Schemas::new(forms(), []).unwrap_err();
    assert_eq!((none.code(), none.message()), ("schema_missing", "it holds no schema (.xsd) of FA(3), FA_RR(1)"));
    let other_form = schemas.validate("FA_RR(1)", "<a/>").unwrap_err();
    let message = "the folder of schemas holds none of FA_RR(1), so the file was not validated";
    assert_eq!((other_form.code(), other_form.message()), ("schema_missing", message));
}

/// Patterns with the digits of all alphabets: a document is tried by plain ones first, and what they refuse by those that are there.
#[test]
fn digits_of_other_alphabets_are_digits() {
    let of = |pattern: &str| {
        let schema = format!(
            "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema' targetNamespace='{NAMESPACE}'>
            <xs:element name='Faktura'><xs:simpleType><xs:restriction base='xs:string'><xs:pattern value=\"{pattern}\"/>
            </xs:restriction></xs:simpleType></xs:element></xs:schema>"
        );
        Schemas::new(forms(), [("a.xsd".to_owned(), schema.into_bytes())]).unwrap()
    };
    let count = |schemas: &Schemas, value: &str| {
        schemas.validate("FA(3)", &format!("<Faktura xmlns='{NAMESPACE}'>{value}</Faktura>")).unwrap().len()
    };
    for (pattern, good, bad) in [
        (r"\d{2}", &["12", "\u{661}\u{662}", "1\u{662}"][..], &["1", "123", "ab", "1\u{661}2"][..]),
        (r"[\dA]+-?", &["1A", "\u{661}A-"], &["b", "-"]),
        (r"[^\d]+", &["ab"], &["a1", "a\u{661}"]),
        (r"[\d-[5]]", &["1", "\u{661}"], &["5", "a"]),
        (r"\\d", &[r"\d"], &["1", r"\1"]),
    ] {
        let schemas = of(pattern);
        assert!(good.iter().all(|value| count(&schemas, value) == 0), "{pattern}");
        assert!(bad.iter().all(|value| count(&schemas, value) == 1), "{pattern}");
    }
}

/// fastxml's time grows with the square of the depth, and what nests that deep is not an invoice.
#[test]
fn what_nests_deep_is_told_at_once() {
    let form = format!(
        "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema' targetNamespace='{NAMESPACE}'>
        <xs:element name='Faktura'/></xs:schema>"
    );
    let schemas = Schemas::new(forms(), [("a.xsd".to_owned(), form.into_bytes())]).unwrap();
    let text = format!("{}{}", "<a>".repeat(50_000), "</a>".repeat(50_000));
    let violations = schemas.validate("FA(3)", &text).unwrap();
    let [violation] = &violations[..] else { panic!("{violations:?}") };
    assert_eq!(
        (&*violation.message, violation.offset),
        ("elements are nested more than 256 deep, which no schema allows", 768)
    );
}

/// An invoice of hundreds of attributes an element: what took two minutes.
#[test]
fn what_has_too_many_attributes_is_told_at_once() {
    let path = format!("{}/../../fixtures/cases/hostile/attrs270.xml.xz", env!("CARGO_MANIFEST_DIR"));
    // Where nothing unpacks it, nothing is shown.
    let Ok(unpacked) = std::process::Command::new("xz").args(["-dc", &path]).output() else { return };
    let text = String::from_utf8(unpacked.stdout).unwrap();
    assert!(text.len() > 2_000_000);
    let form = format!(
        "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema' targetNamespace='{NAMESPACE}'>
        <xs:element name='Faktura'/></xs:schema>"
    );
    let schemas = Schemas::new(forms(), [("a.xsd".to_owned(), form.into_bytes())]).unwrap();
    let begin = std::time::Instant::now();
    let violations = schemas.validate("FA(3)", &text).unwrap();
    assert!(violations.iter().any(|one| one.message.contains("more than 256 attributes")), "{violations:?}");
    // Unoptimised and beside other tests.
    assert!(begin.elapsed().as_secs() < 30, "{:?}", begin.elapsed());
}
