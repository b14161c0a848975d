use std::sync::LazyLock;

use ksef_qr::pdf::{Corner, Occupied, Original, Pages, Stamp};
use ksef_qr::{Code, EccLevel, Label};

const KOD1: &str =
    "https://qr-test.ksef.mf.gov.pl/invoice/5265877635/15-06-2026/UtQp9Gpc51y-u3xApZjIjgkpZ01js-J8KflSPW8WzIE";

static CODES: LazyLock<[Code; 1]> = LazyLock::new(|| [Code::new(KOD1, Label::OFFLINE, EccLevel::M).unwrap()]);

/// The user's password of the encrypted fixtures.
const PASSWORD: &[u8] = b"czytelnik";

/// A PDF that is stamped in several ways; what is made is read and stamped again.
pub fn stamp(bytes: &[u8]) {
    let originals = [Original::read(bytes.to_vec(), Some(PASSWORD)), Original::repaired(bytes.to_vec())];
    for (is_repaired, original) in [false, true].into_iter().zip(originals) {
        let Ok(original) = original else { continue };
        _ = original.embedded_xml();
        let everywhere = Stamp::default().corner(Corner::TopRight).pages(Pages::All).occupied(Occupied::Warn);
        for stamp in [Stamp::default(), everywhere, Stamp::default().pages(Pages::Last).occupied(Occupied::Ignore)] {
            let Ok(stamped) = original.stamp(&*CODES, &stamp) else { continue };
            // Of what was repaired, and its update, one new file is made.
            assert!(is_repaired || stamped.bytes.starts_with(original.bytes()), "what was given stays");
            assert!(is_repaired || original.bytes() == bytes);
            assert!(!stamped.pages.is_empty());
            // What is added is of the codes and the pages, not of what the pages share. What is written anew may be less than was there.
            let added = stamped.bytes.len().saturating_sub(original.bytes().len());
            assert!(added <= (64 << 10) + stamped.pages.len() * (64 << 10) + 4 * bytes.len(), "{added} bytes added");
            let again = Original::read(stamped.bytes.clone(), Some(PASSWORD));
            let again = again.unwrap_or_else(|error| panic!("our own reader refuses what was stamped: {error:?}"));
            // A second stamp beside the first, or a refusal that is one.
            _ = again.stamp(&*CODES, &Stamp::default());
        }
    }
}

/// What the pages of a PDF say.
pub fn text(bytes: &[u8]) {
    let Ok(original) = Original::read(bytes.to_vec(), Some(PASSWORD)) else { return };
    original.read_text(&mut |_| true);
    _ = original.embedded_xml();
}
