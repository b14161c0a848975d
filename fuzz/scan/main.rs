//! What reads strangers' pictures, drawings and PDFs, and validates against schemas: the program `ksef-qr-scan`, whose own
//! process bears what goes wrong in it.

#![cfg_attr(feature = "libfuzzer", no_main)]

use std::sync::{LazyLock, Once};

use ksef_qr_fuzz::Target;
use ksef_qr_scan::schema::{Form, Schemas};

const TARGETS: &[Target] =
    &[("scan-pdf", pdf, 1500), ("scan-picture", picture, 1500), ("scan-schema", schema, 300), ("scan-svg", svg, 1500)];

static TARGET: LazyLock<&Target> = LazyLock::new(|| ksef_qr_fuzz::named(TARGETS));

#[cfg(feature = "libfuzzer")]
libfuzzer_sys::fuzz_target!(|input: &[u8]| ksef_qr_fuzz::run(&TARGET, input));

#[cfg(not(feature = "libfuzzer"))]
fn main() {
    ksef_qr_fuzz::replay(&TARGET);
}

/// The libraries that draw may panic, and that is caught where they are called; libFuzzer would end at each panic, caught or
/// not. What is not caught still ends it.
fn let_panics_be_caught() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| std::panic::set_hook(Box::new(|_| ())));
}

/// The codes and links of a PDF.
fn pdf(bytes: &[u8]) {
    let_panics_be_caught();
    _ = ksef_qr_scan::pdf(bytes);
}

/// The codes in a PNG or JPEG.
fn picture(bytes: &[u8]) {
    let_panics_be_caught();
    _ = ksef_qr_scan::picture(bytes);
}

/// The codes in an SVG.
fn svg(bytes: &[u8]) {
    if bytes.windows(4).any(|window| window == b"<svg") {
        let_panics_be_caught();
        _ = ksef_qr_scan::file(bytes);
    }
}

/// A document, against a schema.
fn schema(bytes: &[u8]) {
    static SCHEMAS: LazyLock<Schemas> = LazyLock::new(|| {
        let form = include_bytes!("../../fixtures/schemas/flat/form.xsd").to_vec();
        let types = include_bytes!("../../fixtures/schemas/flat/types.xsd").to_vec();
        let namespace = "http://crd.gov.pl/wzor/2025/06/25/13775/".to_owned();
        let forms = vec![Form { name: "FA(3)".to_owned(), namespace, root: "Faktura".to_owned() }];
        Schemas::new(forms, [("form.xsd".to_owned(), form), ("types.xsd".to_owned(), types)]).unwrap()
    });
    let_panics_be_caught();
    if let Ok(text) = str::from_utf8(bytes) {
        _ = SCHEMAS.validate("FA(3)", text);
    }
}
