use ksef_qr::check::Checker;
use ksef_qr::values::{IssueDate, Rules};
use ksef_qr::{Environment, Invoice};

/// An invoice: the fast reader against the slow one, both against another parser, and `check` against `sign`.
pub fn invoice(bytes: &[u8]) {
    let read = Invoice::read_allowing(bytes, Rules::ALL);
    let strictly = Invoice::read(bytes);
    if strictly.is_ok() {
        assert!(read.is_ok(), "what no rule forbids");
    }
    let today = IssueDate::parse("2026-11-26").unwrap();
    let checked = Checker::new(Environment::Test, today).check(bytes);
    if checked.is_accepted() {
        assert!(strictly.is_ok(), "accepted by check, and refused: {:?}", strictly.err());
    }
    let Ok(text) = str::from_utf8(bytes) else {
        assert!(read.is_err());
        return;
    };
    #[cfg(fuzzing)]
    ksef_qr::fuzzing::compare_xml_readers(text);
    judge(text, read.err());
}

/// roxmltree takes as well-formed what we do, and nothing else, but for a few things that it is known to take.
fn judge(text: &str, refused: Option<ksef_qr::Error>) {
    // It reads the declaration loosely, and any DOCTYPE.
    if text.contains("<!DOCTYPE") || text.contains("<?") || text.starts_with('\u{FEFF}') {
        return;
    }
    let judged = roxmltree::Document::parse(text);
    match refused {
        None => assert!(judged.is_ok(), "accepted, and roxmltree says: {:?}", judged.err()),
        Some(error) if !matches!(error.code(), "not_well_formed" | "truncated") => {}
        // It takes <:a>, whose prefix has no letters.
        Some(error) if error.message().contains("\":") || error.message().contains("</:") => {}
        Some(error) => assert!(judged.is_err(), "roxmltree takes what is refused: {error}"),
    }
}
