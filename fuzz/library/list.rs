use ksef_qr::batch::Source;
use ksef_qr::manifest::{KnownCodes, Lines};
use ksef_qr::register::Register;
use ksef_qr::verify::ManifestEntry;

use crate::archive::as_file;

/// A manifest, line by line.
pub fn manifest(bytes: &[u8]) {
    let mut lines = Lines::new(bytes);
    while let Some(line) = lines.next_line().unwrap() {
        if let Ok(text) = str::from_utf8(line.text)
            && let Ok(ManifestEntry::Codes(codes)) = ManifestEntry::read(text)
        {
            _ = codes.report.has_failed();
        }
    }
    as_file("manifest.ndjson", bytes, |path| {
        _ = KnownCodes::default().add(path);
    });
}

/// A table of PDFs and their invoices.
pub fn pairs(bytes: &[u8]) {
    as_file("pairs.csv", bytes, |path| {
        let mut count = 0;
        Source::PairTable(path.to_owned()).each(
            &mut |_| {
                count += 1;
                true
            },
            &|| true,
        );
        assert!(count <= bytes.len() + 1);
    });
}

/// A register of certificates.
pub fn register(bytes: &[u8]) {
    if let Ok(text) = str::from_utf8(bytes) {
        _ = Register::parse(text);
    }
}
