//! Codes onto PDFs, on one thread: reading the file, looking at the place, the update; the codes are made beforehand.

use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ksef_qr::pdf::{Anchor, Code, Corner, Original, Stamp};
use ksef_qr::{EccLevel, Label, Symbol};

const KOD1: &str =
    "https://qr-test.ksef.mf.gov.pl/invoice/5265877635/15-06-2026/UtQp9Gpc51y-u3xApZjIjgkpZ01js-J8KflSPW8WzIE";
const KOD2: &str = "https://qr-test.ksef.mf.gov.pl/certificate/Nip/5265877635/5265877635/01F20A5D352AE590/UtQp9Gpc51y-u3xApZjIjgkpZ01js-J8KflSPW8WzIE/eg4tr2XCyh2ABOyVkW6tgqEzxEy_NgBcPaS8tMqgcAOTf3q1iBZxCvYWNUPVVnnQWHWhKBqoXFbXrDbRlzpkVg";

fn stamp(criterion: &mut Criterion) {
    let symbols = [KOD1, KOD2].map(|link| Symbol::encode(link, EccLevel::M).unwrap());
    let codes = [
        Code { symbol: &symbols[0], label: &Label::OFFLINE, url: KOD1 },
        Code { symbol: &symbols[1], label: &Label::CERTYFIKAT, url: KOD2 },
    ];
    // Where the fixtures are white.
    let anchor = Anchor { corner: Corner::BottomRight, ..Stamp::default().anchor };
    let stamp = Stamp { anchor, ..Stamp::default() };
    let mut group = criterion.benchmark_group("stamp");
    for name in ["100-kb", "blank", "object-streams", "pdfa-3b", "signed"] {
        let path = Path::new("fixtures/pdf").join(name).with_extension("pdf");
        let pdf = std::fs::read(&path).unwrap();
        group.throughput(Throughput::Bytes(pdf.len() as u64));
        group.bench_function(name, |bencher| {
            bencher.iter_batched(
                || pdf.clone(),
                |pdf| Original::read(black_box(pdf), None).unwrap().stamp(&codes, &stamp).unwrap(),
                criterion::BatchSize::SmallInput,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, stamp);
criterion_main!(benches);
