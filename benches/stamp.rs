//! Codes onto PDFs, on one thread: reading the file, looking at the place, the update; the codes are made beforehand.

use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ksef_qr::pdf::{Original, Stamp};
use ksef_qr::{Code, EccLevel, Label};

const KOD1: &str =
    "https://qr-test.ksef.mf.gov.pl/invoice/5265877635/15-06-2026/UtQp9Gpc51y-u3xApZjIjgkpZ01js-J8KflSPW8WzIE";
const KOD2: &str = "https://qr-test.ksef.mf.gov.pl/certificate/Nip/5265877635/5265877635/01F20A5D352AE590/UtQp9Gpc51y-u3xApZjIjgkpZ01js-J8KflSPW8WzIE/eg4tr2XCyh2ABOyVkW6tgqEzxEy_NgBcPaS8tMqgcAOTf3q1iBZxCvYWNUPVVnnQWHWhKBqoXFbXrDbRlzpkVg";

fn stamp(criterion: &mut Criterion) {
    let codes = [(KOD1, Label::OFFLINE), (KOD2, Label::CERTYFIKAT)]
        .map(|(link, label)| Code::new(link, label, EccLevel::M).unwrap());
    // The lower right corner, where the fixtures are white.
    let stamp = Stamp::default();
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
    // What stands on the pages, which is compared with the invoice first: of the first page, and of all.
    let mut group = criterion.benchmark_group("text");
    for name in ["100-kb", "pdfa-3b", "producers/fa3-consumer"] {
        let path = Path::new("fixtures/pdf").join(name).with_extension("pdf");
        let pdf = Original::read(std::fs::read(&path).unwrap(), None);
        let pdf = pdf.unwrap();
        for all in [false, true] {
            group.bench_function(format!("{name}-{}", if all { "all" } else { "first" }), |bencher| {
                bencher.iter(|| pdf.read_text(&mut |page| !black_box(page.by_position()).is_empty() && all));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, stamp);
criterion_main!(benches);
