//! Lines of a manifest against their links.

use ksef_qr::verify::{Check, ManifestCodes, ManifestEntry, Outcome};
use proptest::prelude::*;

fn manifest() -> String {
    let path = format!("{}/fixtures/verify/codes/manifest.ndjson", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

fn line() -> String {
    manifest().lines().next().unwrap().to_owned()
}

fn codes(line: &str) -> ManifestCodes {
    match ManifestEntry::read(line).unwrap() {
        ManifestEntry::Codes(codes) => codes,
        other => panic!("{other:?}"),
    }
}

fn failures(codes: &ManifestCodes) -> Vec<&'static str> {
    codes.report.checks.iter().filter(|check| check.outcome() == Outcome::Fail).map(Check::code).collect()
}

#[test]
fn what_sign_wrote_agrees() {
    let codes = codes(&line());
    assert_eq!(failures(&codes), [""; 0]);
    assert_eq!((codes.links.len(), codes.pictures.len()), (2, 2));
    assert_eq!(codes.input, "invoices/good/fa3-basic.xml");
    assert!(matches!(ManifestEntry::read(manifest().lines().nth(1).unwrap()), Ok(ManifestEntry::Summary)));
    let refused = r#"{"type":"invoice","status":"refused","input":"x","error":{"code":"c","message":"m","hint":"h"}}"#;
    assert!(matches!(ManifestEntry::read(refused), Ok(ManifestEntry::Refused)));
}

#[test]
fn each_field_is_compared() {
    for (from, to, code) in [
        (r#""seller_nip":"5265877635""#, r#""seller_nip":"5251469286""#, "manifest_seller"),
        (r#""issue_date":"2026-06-15""#, r#""issue_date":"2026-06-16""#, "manifest_date"),
        (r#""hash_base64":"n"#, r#""hash_base64":"o"#, "manifest_digest"),
        (r#""hash_base64url":"n"#, r#""hash_base64url":"o"#, "manifest_digest"),
        (r#""context":"Nip:5265877635""#, r#""context":"Nip:5251469286""#, "manifest_context"),
        (r#""certificate_serial":"01F0"#, r#""certificate_serial":"02F0"#, "manifest_serial"),
        ("ES256-P1363", "PS256", "manifest_algorithm"),
        (r#""label":"OFFLINE""#, r#""label":"CERTYFIKAT""#, "manifest_label"),
        (r#""label":"CERTYFIKAT""#, r#""label":"OFFLINE""#, "manifest_label"),
        (r#""kod1":"#, r#""ksef_number":"5265877635-20260616-0100001AF629-15","kod1":"#, "manifest_label"),
    ] {
        let changed = line().replacen(from, to, 1);
        assert_ne!(changed, line(), "{from}");
        assert_eq!(failures(&codes(&changed)), [code], "{from}");
    }
    let changed = line().replace("/01F0A1B2C3D4E501/", "/01F0A1B2C3D4E502/");
    assert_eq!(failures(&codes(&changed)), ["manifest_serial"]);
}

#[test]
fn a_number_under_kod_1() {
    let number = "5265877635-20260616-0100001AF629-15";
    let reprint = line()
        .replace(r#""kod1":"#, &format!(r#""ksef_number":"{number}","kod1":"#))
        .replace(r#""label":"OFFLINE""#, &format!(r#""label":"{number}""#));
    // Once there is a number, KOD II is of no use any more.
    assert_eq!(failures(&codes(&reprint)), ["manifest_label"]);
    let mut alone: serde_json::Value = serde_json::from_str(&reprint).unwrap();
    alone.as_object_mut().unwrap().remove("kod2");
    alone["status"] = "linked".into();
    let alone = alone.to_string();
    assert_eq!(failures(&codes(&alone)), [""; 0]);
    assert_eq!(failures(&codes(&alone.replace("F629-15", "F629-16"))), ["manifest_label"]);
}

#[test]
fn pictures_read_back_or_not() {
    let codes = codes(&line());
    let picture = &codes.pictures[0];
    let outcome = |found: &[&str]| {
        let found: Vec<String> = found.iter().map(|&text| text.to_owned()).collect();
        picture.check(&found).outcome()
    };
    assert_eq!(outcome(&[&codes.links[0]]), Outcome::Ok);
    assert_eq!(outcome(&[&codes.links[1]]), Outcome::Fail);
    assert_eq!(outcome(&[&codes.links[0], "another"]), Outcome::Fail);
    assert_eq!(outcome(&[]), Outcome::Fail);
}

#[test]
fn what_is_no_manifest() {
    for bad in
        ["", "{}", "[]", "null", "<a/>", r#"{"type":"invoice","status":"signed","input":"x"}"#, r#"{"type":"x"}"#]
    {
        assert_eq!(ManifestEntry::read(bad).unwrap_err().code(), "manifest_malformed", "{bad}");
    }
    let without = line().replace("\"kod2\":", "\"kod3\":");
    assert_eq!(ManifestEntry::read(&without).unwrap_err().code(), "manifest_malformed");
}

proptest! {
    #[test]
    fn any_line_is_answered(text in "\\PC{0,200}", at: prop::sample::Index, c: char) {
        _ = ManifestEntry::read(&text);
        let mut changed: Vec<char> = line().chars().collect();
        let at = at.index(changed.len());
        changed[at] = c;
        _ = ManifestEntry::read(&changed.iter().collect::<String>());
    }
}
