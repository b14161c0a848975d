//! The whole chain against other implementations: `qrcodegen` module by module, `rqrr` reading back, and a
//! plain reading of the standard choosing the mask.

use proptest::prelude::*;
use qrcodegen::{QrCode, QrCodeEcc, QrSegment};

use super::blocks::capacity;
use super::penalty::plain_penalty;
use super::segment::{Mode, Segmentation};
use super::version::VersionClass;
use super::{EccLevel, Mask, Symbol, Version};

/// Repeatable noise (xorshift64*), the same in every run.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    pub(super) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % limit
    }

    fn text(&mut self, length: usize, alphabet: &[u8]) -> String {
        (0..length).map(|_| char::from(alphabet[self.below(alphabet.len())])).collect()
    }
}

fn class_of(version: Version) -> VersionClass {
    VersionClass::ALL.into_iter().find(|class| class.versions().any(|other| other == version)).unwrap()
}

/// The symbol that `qrcodegen` makes of the same segments in the same version under the given mask.
fn by_qrcodegen(text: &str, symbol: &Symbol, mask: Mask) -> Vec<Vec<bool>> {
    let segments: Vec<QrSegment> = Segmentation::shortest(text.as_bytes(), class_of(symbol.version()))
        .segments
        .iter()
        .map(|segment| {
            let text = || std::str::from_utf8(segment.bytes).unwrap();
            match segment.mode {
                Mode::Numeric => QrSegment::make_numeric(text()),
                Mode::Alphanumeric => QrSegment::make_alphanumeric(text()),
                Mode::Byte => QrSegment::make_bytes(segment.bytes),
            }
        })
        .collect();
    let level = match symbol.level() {
        EccLevel::L => QrCodeEcc::Low,
        EccLevel::M => QrCodeEcc::Medium,
        EccLevel::Q => QrCodeEcc::Quartile,
        EccLevel::H => QrCodeEcc::High,
    };
    let version = qrcodegen::Version::new(symbol.version().number());
    let mask = Some(qrcodegen::Mask::new(mask.number()));
    let code = QrCode::encode_segments_advanced(&segments, level, version, version, mask, false).unwrap();
    (0..code.size()).map(|y| (0..code.size()).map(|x| code.get_module(x, y)).collect()).collect()
}

fn modules(symbol: &Symbol) -> Vec<Vec<bool>> {
    (0..symbol.size()).map(|y| (0..symbol.size()).map(|x| symbol.is_dark(x, y)).collect()).collect()
}

/// Checks that `text` becomes the symbol that `qrcodegen` makes of it, under the mask of the plain twin.
fn check(text: &str, level: EccLevel) -> Symbol {
    let symbol = Symbol::encode(text, level).unwrap();
    let by_mask = Mask::ALL.map(|mask| by_qrcodegen(text, &symbol, mask));
    let scores = by_mask.each_ref().map(|modules| plain_penalty(modules));
    let best = Mask::ALL.into_iter().min_by_key(|mask| scores[usize::from(mask.number())]);
    assert_eq!(Some(symbol.mask()), best, "{symbol:?} {scores:?}");
    assert!(modules(&symbol) == by_mask[usize::from(symbol.mask().number())], "{symbol:?}");
    symbol
}

#[test]
fn every_version_and_level() {
    let mut random = Random::new(4);
    for number in 1..=40 {
        let version = Version::new(number).unwrap();
        let count_bits = if number < 10 { 8 } else { 16 };
        for level in EccLevel::ALL {
            let full = (capacity(version, level) - 4 - count_bits) / 8;
            let text = random.text(full, b"abcdefghijklmnopqrstuvwxyz_");
            assert_eq!(check(&text, level).version(), version, "{full} bytes at {level}");
        }
    }
}

#[test]
fn a_thousand_links() {
    const BASE64URL: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut random = Random::new(5);
    for round in 0..1000 {
        let length = random.below(if round % 10 == 0 { 215 } else { 60 });
        let text = random.text(length, BASE64URL);
        check(&text, EccLevel::ALL[round % 4]);
    }
}

#[test]
fn known_sizes() {
    let size = |length: usize| {
        let text = Random::new(6).text(length, b"abcdefghijklmnopqrstuvwxyz");
        Symbol::encode(&text, EccLevel::M).unwrap().size()
    };
    // KOD I, KOD II with an EC signature, KOD II with an RSA one
    assert_eq!([size(99), size(211), size(467)], [41, 57, 85]);
}

#[test]
fn what_does_not_fit_is_refused() {
    for (level, digits) in [(EccLevel::L, 7089), (EccLevel::M, 5596), (EccLevel::Q, 3993), (EccLevel::H, 3057)] {
        let fits = Symbol::encode(&"7".repeat(digits), level).unwrap();
        assert_eq!(fits.version().number(), 40);
        let error = Symbol::encode(&"7".repeat(digits + 1), level).unwrap_err();
        assert_eq!(error.code(), "link_too_long");
    }
    assert!(Symbol::encode(&"x".repeat(1 << 20), EccLevel::L).is_err());
}

#[test]
fn rows_and_modules_agree_and_end_with_the_symbol() {
    for length in [1, 200, 700, 2000] {
        let symbol = Symbol::encode(&"x".repeat(length), EccLevel::M).unwrap();
        let size = symbol.size();
        for y in 0..size {
            let words = symbol.row(y);
            assert_eq!(words.len(), size.div_ceil(64));
            for x in 0..64 * words.len() {
                assert_eq!(words[x / 64] >> (x % 64) & 1 == 1, symbol.is_dark(x, y));
                assert!(x < size || !symbol.is_dark(x, y));
            }
        }
        assert!(symbol.row(size).is_empty() && !symbol.is_dark(0, size) && !symbol.is_dark(usize::MAX, usize::MAX));
    }
}

fn read_back(symbol: &Symbol) -> String {
    let side = symbol.size() + 8;
    let mut picture = rqrr::PreparedImage::prepare_from_greyscale(3 * side, 3 * side, |x, y| {
        let dark = (x / 3).checked_sub(4).zip((y / 3).checked_sub(4)).is_some_and(|(x, y)| symbol.is_dark(x, y));
        if dark { 0 } else { 255 }
    });
    picture.detect_grids()[0].decode().unwrap().1
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn rqrr_reads_back_what_was_written(text in "([0-9]{1,30}|[A-Z $%*+./:-]{1,20}|[a-z_~]{1,20}|[ąęłóżź€]{1,5}){1,8}", level in 0..4usize) {
        let symbol = Symbol::encode(&text, EccLevel::ALL[level]).unwrap();
        prop_assert_eq!(read_back(&symbol), text);
    }
}
