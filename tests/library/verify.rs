//! Links read back: what is wrong with each, by its own code.

use std::time::{Duration, SystemTime};

use crate::common::{certificate, file as fixture};
use ksef_qr::verify::{CHECKS, CodeKind, Outcome, Report, ReportSubject, Verifier};
use proptest::prelude::*;

const KOD1: &str =
    "https://qr-test.ksef.mf.gov.pl/invoice/5265877635/15-06-2026/n8otcJbcdk3Wg1g7fM-BJen2qMj5oYP5TUzR5G0x4Oo";
const KOD2: &str = "https://qr-test.ksef.mf.gov.pl/certificate/Nip/5265877635/5265877635/01F0A1B2C3D4E501/n8otcJbcdk3Wg1g7fM-BJen2qMj5oYP5TUzR5G0x4Oo/aneojHwtx83FKoe0lx5tHuL_QZYoDZ6tdRJagKzxgmSnl3rWOgryc9rS_7FJdDN5aIjJoFlFasRGy0cN5E-vjQ";

/// 2026-06-30T12:00:00Z.
fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_782_820_800)
}

fn verifier() -> Verifier {
    Verifier::new(now())
}

fn codes(report: &Report, outcome: Outcome) -> Vec<&'static str> {
    report.checks.iter().filter(|check| check.outcome() == outcome).map(ksef_qr::verify::Check::code).collect()
}

fn failures(report: &Report) -> Vec<&'static str> {
    codes(report, Outcome::Fail)
}

#[test]
fn a_good_pair_with_everything_at_hand() {
    let verifier = verifier()
        .with_invoice("invoice.xml", fixture("invoices/good/fa3-basic.xml"))
        .with_certificate("other.crt", certificate("accountant-ec.crt"))
        .with_certificate("firm.crt", certificate("offline-ec.crt"));
    let reports = verifier.links(&[KOD1, KOD2]);
    assert_eq!(reports.len(), 3);
    for report in &reports {
        assert_eq!(failures(report), [""; 0], "{report:?}");
    }
    assert_eq!(
        codes(&reports[0], Outcome::Ok),
        ["link_form", "nip_checksum", "invoice_digest", "invoice_seller", "invoice_date"]
    );
    assert_eq!(codes(&reports[0], Outcome::OnlyKsef), ["ksef_received"]);
    assert_eq!(codes(&reports[0], Outcome::NotChecked), [""; 0]);
    assert_eq!(
        codes(&reports[1], Outcome::Ok),
        [
            "link_form",
            "nip_checksum",
            "invoice_digest",
            "invoice_seller",
            "certificate_serial",
            "signature",
            "signature_encoding",
            "certificate_purpose",
            "certificate_at_issue",
            "certificate_now",
            "certificate_environment"
        ]
    );
    let unknown = ["certificate_owner", "ksef_certificate_status", "ksef_permissions"];
    assert_eq!(codes(&reports[1], Outcome::OnlyKsef), unknown);
    assert_eq!(codes(&reports[1], Outcome::NotChecked), [""; 0]);
    assert!(matches!(&reports[2].subject, ReportSubject::Pair { kod1, kod2 } if kod1 == KOD1 && kod2 == KOD2));
    assert_eq!(codes(&reports[2], Outcome::Ok), ["pair_digest", "pair_seller", "pair_host"]);
}

/// Nothing at hand: the rest is said to be not checked, never passed over.
#[test]
fn what_is_missing_is_named() {
    let report = verifier().link(KOD2);
    assert_eq!(failures(&report), [""; 0]);
    assert_eq!(codes(&report, Outcome::NotChecked), ["invoice_digest", "signature"]);
    assert_eq!(codes(&report, Outcome::OnlyKsef), ["ksef_certificate_status", "ksef_permissions"]);
}

/// `(what to replace, by what, the codes that must fail)`.
type Broken = (&'static str, &'static str, &'static [&'static str]);

const BROKEN_KOD1: &[Broken] = &[
    ("https://", "http://", &["scheme_http"]),
    ("https://", "HTTPS://", &["scheme_case"]),
    ("https://", "", &["scheme_missing"]),
    ("https://", "https:/", &["scheme_malformed"]),
    ("https://", "htps://", &["scheme_malformed"]),
    ("https://", " https://", &["white_space"]),
    ("/invoice/", "/\ninvoice/", &["white_space"]),
    ("https://", "\"https://", &["link_quoted"]),
    ("https://", "<https://", &["link_quoted"]),
    ("https://", "„https://", &["link_quoted"]),
    ("https://", "\\\"https://", &["link_quoted"]),
    ("4Oo", "4Oo\",", &["link_quoted"]),
    ("4Oo", "4Oo>", &["link_quoted"]),
    ("https://", "https:\\/\\/", &["slashes_escaped"]),
    ("/invoice/", "\\/invoice\\/", &["slashes_escaped"]),
    ("qr-test.ksef.mf.gov.pl/", "ksef-test.mf.gov.pl/client-app/", &["host_obsolete", "path_obsolete"]),
    ("qr-test.ksef.mf.gov.pl/", "ksef.mf.gov.pl/", &["host_obsolete"]),
    ("qr-test.ksef.mf.gov.pl", "QR-test.ksef.mf.gov.pl", &["host_case"]),
    ("qr-test.ksef.mf.gov.pl", "qr-test.ksef.mf.gov.pl:443", &["port"]),
    ("qr-test.ksef.mf.gov.pl", "ksef@qr-test.ksef.mf.gov.pl", &["user_info"]),
    ("qr-test.ksef.mf.gov.pl", "qr-test.ksef.mf.gov.pl.example.com", &["host_unknown"]),
    ("qr-test.ksef.mf.gov.pl", "api-test.ksef.mf.gov.pl", &["host_unknown"]),
    ("4Oo", "4Oo?utm_source=x", &["query"]),
    ("4Oo", "4Oo#top", &["fragment"]),
    ("4Oo", "4Oo/", &["trailing_slash"]),
    ("/invoice/", "/invoice//", &["empty_part"]),
    ("/invoice/", "/Invoice/", &["path_case"]),
    ("/invoice/", "/faktura/", &["path_misspelt"]),
    ("/invoice/", "/xyz/", &["path_misspelt"]),
    ("/invoice/5265877635/15-06-2026/", "/search/", &["path_unknown"]),
    ("/invoice/5265877635/15-06-2026/", "/web/verify/5265877635-20230615-000000000000-00/", &["path_of_ksef_1"]),
    ("/15-06-2026", "", &["parts_missing"]),
    ("/15-06-2026", "/FV1/15-06-2026", &["parts_extra"]),
    ("5265877635/15-06-2026", "15-06-2026/5265877635", &["parts_order"]),
    ("5265877635", "PL5265877635", &["nip_prefix"]),
    ("5265877635", "526-587-76-35", &["nip_separators"]),
    ("5265877635", "526587763", &["nip_malformed"]),
    ("15-06-2026", "2026-06-15", &["date_iso"]),
    ("15-06-2026", "06-15-2026", &["date_order"]),
    ("15-06-2026", "15-6-2026", &["date_unpadded"]),
    ("15-06-2026", "15.06.2026", &["date_separator"]),
    ("15-06-2026", "15/06/2026", &["date_separator"]),
    ("15-06-2026", "15062026", &["date_separator"]),
    ("15-06-2026", "20260615", &["date_separator", "date_iso"]),
    ("15-06-2026", "31-06-2026", &["date_impossible"]),
    ("15-06-2026", "15-06-26", &["date_malformed"]),
    ("15-06-2026", "15-06-2027", &["issue_date_in_future"]),
    ("4Oo", "4Oo=", &["base64_padding"]),
    ("4Oo", "4Op", &["base64_not_canonical"]),
    ("fM-B", "fM+B", &["base64_alphabet"]),
    ("fM-B", "fM/B", &["base64_alphabet"]),
    ("fM-B", "fM%2BB", &["base64_percent_encoded", "base64_alphabet"]),
    ("4Oo", "4Oo%3D", &["base64_percent_encoded", "base64_padding"]),
    ("fM-B", "fM%252BB", &["base64_percent_encoded", "base64_alphabet"]),
    ("fM-B", "fM%25252FB", &["base64_percent_encoded", "base64_alphabet"]),
    ("4Oo", "4Oo%253D", &["base64_percent_encoded", "base64_padding"]),
    (
        "n8otcJbcdk3Wg1g7fM-BJen2qMj5oYP5TUzR5G0x4Oo",
        "9fca2d7096dc764dd683583b7ccf8125e9f6a8c8f9a183f94d4cd1e46d31e0ea",
        &["digest_hex"],
    ),
    ("n8otcJbcdk3Wg1g7fM-BJen2qMj5oYP5TUzR5G0x4Oo", "2jmj7l5rSw0yVb_vlWAYkK_YBwk", &["digest_length"]),
    ("n8otcJbcdk3Wg1g7fM-BJen2qMj5oYP5TUzR5G0x4Oo", "da39a3ee5e6b4b0d3255bfef95601890afd80709", &["digest_length"]),
    (
        "n8otcJbcdk3Wg1g7fM-BJen2qMj5oYP5TUzR5G0x4Oo",
        "n8otcJ!cdk3Wg1g7fM-BJen2qMj5oYP5TUzR5G0x4Oo",
        &["digest_malformed"],
    ),
];

const BROKEN_KOD2: &[Broken] = &[
    ("/certificate/", "/Certificate/", &["path_case"]),
    ("/certificate/", "/certyfikat/", &["path_misspelt"]),
    ("/Nip/", "/nip/", &["context_type_misspelt"]),
    ("/Nip/", "/NIP/", &["context_type_misspelt"]),
    ("/Nip/5265877635", "/InternalID/5265877635-12345", &["context_type_misspelt"]),
    ("/Nip/", "/Pesel/", &["context_type_unknown"]),
    ("/Nip/", "/", &["context_type_missing"]),
    ("/Nip/5265877635", "/5265877635/Nip", &["parts_order"]),
    ("/Nip/5265877635", "/InternalId/5265877635", &["context_malformed"]),
    ("/Nip/5265877635", "/NipVatUe/5265877635-IE1%2B34567A", &["percent_encoded"]),
    ("/Nip/5265877635/5265877635", "/InternalId/5265877635/5265877635-12345", &["context_seller_swapped"]),
    ("01F0A1B2C3D4E501", "01f0a1b2c3d4e501", &["serial_lower_case"]),
    ("01F0A1B2C3D4E501", "1F0A1B2C3D4E501", &["serial_short"]),
    ("01F0A1B2C3D4E501", "0001F0A1B2C3D4E501", &["serial_long"]),
    ("01F0A1B2C3D4E501", "01:F0:A1:B2:C3:D4:E5:01", &["serial_separators"]),
    ("01F0A1B2C3D4E501", "139789022040483073", &["serial_decimal"]),
    ("01F0A1B2C3D4E501", "20251125-EC-227F0D4000-7C7D4EE2C4-55", &["serial_is_another"]),
    ("01F0A1B2C3D4E501", "3f2504e0-4f89-11d3-9a0c-0305e82c3301", &["serial_is_another"]),
    ("01F0A1B2C3D4E501", "8843D7F92416211DE9EBB963FF4CE28125932878", &["serial_is_another"]),
    ("01F0A1B2C3D4E501", "CERT-7", &["serial_malformed"]),
    ("5265877635/01F0A1B2C3D4E501", "01F0A1B2C3D4E501/5265877635", &["parts_order"]),
    ("5E-vjQ", "5E-vjQ==", &["base64_padding"]),
    ("5E-vjQ", "5E-vjR", &["base64_not_canonical"]),
    ("L_QZYoDZ", "L/QZYoDZ", &["base64_alphabet"]),
    ("5E-vjQ", "", &["signature_length"]),
    ("5E-vjQ", "5E-v*Q", &["signature_malformed"]),
    (
        "/aneojHwtx83FKoe0lx5tHuL_QZYoDZ6tdRJagKzxgmSnl3rWOgryc9rS_7FJdDN5aIjJoFlFasRGy0cN5E-vjQ",
        "",
        &["signature_missing"],
    ),
    (
        "/01F0A1B2C3D4E501/n8otcJbcdk3Wg1g7fM-BJen2qMj5oYP5TUzR5G0x4Oo/aneojHwtx83FKoe0lx5tHuL_QZYoDZ6tdRJagKzxgmSnl3rWOgryc9rS_7FJdDN5aIjJoFlFasRGy0cN5E-vjQ",
        "",
        &["parts_missing"],
    ),
    ("/certificate/", "/certificate/x/", &["parts_extra"]),
];

#[test]
fn every_broken_link_has_its_own_explanation() {
    for (base, table) in [(KOD1, BROKEN_KOD1), (KOD2, BROKEN_KOD2)] {
        for (from, to, expected) in table {
            let broken = base.replacen(from, to, 1);
            assert_ne!(broken, base, "{from}");
            let report = verifier().link(&broken);
            let found = failures(&report);
            for code in *expected {
                assert!(found.contains(code), "{broken}\n{expected:?}, found {found:?}");
            }
            // What follows from one mistake may be told; a well-formed link may not.
            assert!(report.check("link_form").is_none() || *expected == ["issue_date_in_future"], "{broken}");
            if expected.len() == 1 && !matches!(expected[0], "parts_extra" | "parts_missing") {
                assert_eq!(&found, expected, "{broken}");
            }
        }
    }
}

#[test]
fn what_is_no_link_at_all() {
    for (text, code) in [
        ("", "not_a_link"),
        ("hello world", "not_a_link"),
        ("5265877635||PL61109010140000071219812874|012345|…", "not_a_link"),
        ("mailto:a@example.com", "not_a_link"),
        ("https://example.com/invoice", "host_unknown"),
        ("https://qr.ksef.mf.gov.pl", "parts_missing"),
        ("https://", "host_unknown"),
    ] {
        let report = verifier().link(text);
        assert!(failures(&report).contains(&code), "{text}: {report:?}");
    }
    let report = verifier().link(&format!("{KOD1}{}", "/".repeat(100_000)));
    assert_eq!(failures(&report), ["link_too_long"]);
    for (text, foreign) in [("hello", true), ("https://example.com/a", true), ("https://qr.ksef.mf.gov.pl/", false)] {
        assert!(
            matches!(verifier().link(text).subject, ReportSubject::Link { is_foreign, .. } if is_foreign == foreign)
        );
    }
}

/// A digest in the standard alphabet that holds slashes makes more parts of the path; so does a signature.
#[test]
fn slashes_of_standard_base64_are_put_together_again() {
    let link = "https://qr-test.ksef.mf.gov.pl/certificate/Nip/5265877635/5265877635/01F0A1B2C3D4E501/n8otcJbcdk3Wg1g7fM/BJen2qMj5oYP5TUzR5G0x4Oo=/aneojHwtx83FKoe0lx5tHuL/QZYoDZ6tdRJagKzxgmSnl3rWOgryc9rS/7FJdDN5aIjJoFlFasRGy0cN5E+vjQ==";
    let report = verifier().link(link);
    assert_eq!(failures(&report), ["base64_padding", "base64_alphabet", "base64_padding", "base64_alphabet"]);
    assert!(matches!(report.subject, ReportSubject::Link { kind: Some(CodeKind::Kod2), .. }));
}

#[test]
fn the_mistyped_nip_counts_in_production_only() {
    let mistyped = KOD1.replace("5265877635", "5265877636");
    assert_eq!(failures(&verifier().link(&mistyped)), [""; 0]);
    assert_eq!(failures(&verifier().link(&mistyped.replace("qr-test.", "qr."))), ["nip_checksum"]);
}

#[test]
fn a_broken_link_is_still_compared_with_the_invoice() {
    let verifier = verifier().with_invoice("invoice.xml", fixture("invoices/good/fa3-basic.xml"));
    let report = verifier.link(&KOD1.replace("15-06-2026", "2026-06-15").replace("4Oo", "4Oo="));
    assert_eq!(failures(&report), ["date_iso", "base64_padding"]);
    assert_eq!(report.check("invoice_digest").unwrap().outcome(), Outcome::Ok);
    assert_eq!(report.check("invoice_date").unwrap().outcome(), Outcome::Ok);
}

#[test]
fn facts_that_are_another_invoice_s() {
    let verifier = verifier().with_invoice("invoice.xml", fixture("invoices/good/fa3-basic.xml"));
    for (from, to, code) in [
        ("5265877635", "5251469286", "invoice_seller"),
        ("15-06-2026", "14-06-2026", "invoice_date"),
        ("n8otcJ", "o8otcJ", "invoice_digest"),
    ] {
        assert_eq!(failures(&verifier.link(&KOD1.replace(from, to))), [code]);
    }
    let swapped = KOD2.replace("/5265877635/01F0", "/5251469286/01F0");
    assert_eq!(failures(&verifier.link(&swapped)), ["context_seller_swapped"]);
}

#[test]
fn a_date_in_american_order_is_seen_beside_the_invoice() {
    let xml = String::from_utf8(fixture("invoices/good/fa3-basic.xml"))
        .unwrap()
        .replace("<P_1>2026-06-15", "<P_1>2026-02-01");
    let hash = ksef_qr::values::InvoiceHash::of(xml.as_bytes()).base64url();
    let link = format!("https://qr-test.ksef.mf.gov.pl/invoice/5265877635/02-01-2026/{hash}");
    let report = verifier().with_invoice("invoice.xml", xml.into_bytes()).link(&link);
    assert_eq!(failures(&report), ["date_order"]);
}

#[test]
fn several_invoices_are_told_apart_by_digest() {
    let verifier = verifier()
        .with_invoice("a.xml", fixture("invoices/good/pef-basic.xml"))
        .with_invoice("b.xml", fixture("invoices/good/fa3-basic.xml"));
    assert_eq!(verifier.link(KOD1).check("invoice_digest").unwrap().message(), "the digest is that of b.xml");
    let other = verifier.link(&KOD1.replace("n8otcJ", "o8otcJ"));
    let reason = "the digest is of none of the 2 invoices; NIP and date are those of b.xml";
    assert_eq!(other.check("invoice_digest").unwrap().message(), reason);
}

#[test]
fn both_codes_of_one_invoice_agree_or_not() {
    let other = KOD1.replace("n8otcJ", "o8otcJ");
    let reports = verifier().links(&[&*other, KOD2]);
    assert_eq!(failures(&reports[2]), ["pair_digest"]);
    let reports = verifier().links(&[&KOD1.replace("qr-test.", "qr-demo."), KOD2]);
    assert_eq!(failures(&reports[2]), ["pair_host"]);
    let reports = verifier().links(&[&KOD1.replace("5265877635", "5251469286"), KOD2]);
    assert_eq!(failures(&reports[2]), ["pair_seller"]);
    // Among several, the digest says which belong together.
    assert_eq!(verifier().links(&[KOD1, &*other, KOD2]).len(), 4);
    assert_eq!(verifier().links(&[KOD1, &*other]).len(), 2);
}

#[test]
fn codes_are_unique_snake_case() {
    let mut seen = std::collections::HashSet::new();
    for (code, remedy) in CHECKS {
        assert!(seen.insert(code), "{code} twice");
        assert!(code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'), "{code}");
        assert!(remedy.ends_with(['.', '?', '…', ')']), "{code}: {remedy}");
    }
}

proptest! {
    /// The explanation and the strict reading agree: a link either parses, or something is wrong with it.
    #[test]
    fn what_does_not_parse_is_explained(second: bool, at: prop::sample::Index, c in any::<char>(), delete: bool) {
        let mut text = if second { KOD2 } else { KOD1 }.to_owned();
        let at = at.index(text.len());
        let new = if delete { String::new() } else { c.to_string() };
        text.replace_range(at..=at, &new);
        let report = verifier().link(&text);
        let form: Vec<_> = failures(&report).into_iter().filter(|code| !matches!(*code, "nip_checksum" | "issue_date_in_future")).collect();
        prop_assert_eq!(ksef_qr::link::Link::parse(&text).is_ok(), form.is_empty(), "{:?}", report);
        prop_assert!(report.check("link_malformed").is_none(), "{:?}", report);
    }

    #[test]
    fn any_text_is_answered(text in "\\PC{0,300}", path in "[0-9A-Za-z/:.%+=?#@_-]{0,200}") {
        let host = "https://qr.ksef.mf.gov.pl";
        for text in [&text, &format!("{host}/{text}"), &format!("{host}/certificate/{path}"), &format!("{host}/invoice/{path}")] {
            prop_assert!(!verifier().link(text).checks.is_empty());
        }
    }

    #[test]
    fn any_invoice_and_any_signature_are_answered(xml: Vec<u8>, signature in prop::collection::vec(any::<u8>(), 0..300)) {
        use base64::Engine as _;
        let signature = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(signature);
        let verifier = verifier().with_invoice("i", xml).with_certificate("c", certificate("offline-ec.crt"));
        _ = verifier.link(&format!("{}/{signature}", KOD2.rsplit_once('/').unwrap().0));
    }
}
