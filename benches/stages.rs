//! Each stage of the batch path by itself, on one thread: where the time goes.

mod common;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ksef_qr::qr::Symbol;
use ksef_qr::sign::{SignatureEncoding, deterministic_signer, signer};
use ksef_qr::values::InvoiceHash;
use ksef_qr::{Code, EccLevel, Invoice, Label, Renderer, Style};

use common::{SIZES, ec, invoice, issuer, rsa};

fn read(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("read");
    for (name, size) in SIZES {
        let xml = invoice(size);
        group.throughput(Throughput::Bytes(xml.len() as u64));
        group.bench_function(format!("hash/{name}"), |bencher| bencher.iter(|| InvoiceHash::of(black_box(&xml))));
        // Reading includes the hash.
        group.bench_function(format!("invoice/{name}"), |bencher| {
            bencher.iter(|| Invoice::read(black_box(&xml)).unwrap());
        });
    }
    group.finish();
}

fn sign(criterion: &mut Criterion) {
    let xml = invoice(2_000);
    let invoice = Invoice::read(&xml).unwrap();
    let links = issuer(ec()).sign(&invoice).unwrap();
    let text = links.kod2.as_bytes();
    let mut group = criterion.benchmark_group("sign");
    group.throughput(Throughput::Elements(1));
    for (name, signer) in [
        ("ec", signer(&ec(), SignatureEncoding::P1363)),
        ("ec_deterministic", deterministic_signer(&ec(), SignatureEncoding::P1363)),
        ("rsa", signer(&rsa(), SignatureEncoding::P1363)),
    ] {
        let signer = signer.unwrap();
        group.bench_function(name, |bencher| bencher.iter(|| signer.sign(black_box(text)).unwrap()));
    }
    group.finish();
}

fn draw(criterion: &mut Criterion) {
    let xml = invoice(2_000);
    let invoice = Invoice::read(&xml).unwrap();
    let ec = issuer(ec()).sign(&invoice).unwrap();
    let rsa = issuer(rsa()).sign(&invoice).unwrap();
    let codes = [("kod1", &ec.kod1), ("kod2_ec", &ec.kod2), ("kod2_rsa", &rsa.kod2)];

    let mut group = criterion.benchmark_group("symbol");
    for (name, link) in codes {
        group.bench_function(name, |bencher| bencher.iter(|| Symbol::encode(black_box(link), EccLevel::M).unwrap()));
        group.bench_function(format!("{name}_by_qrcode"), |bencher| {
            bencher.iter(|| qrcode::QrCode::with_error_correction_level(black_box(link), qrcode::EcLevel::M).unwrap());
        });
    }
    group.finish();

    let mut group = criterion.benchmark_group("picture");
    let mut renderer = Renderer::new(Style::default());
    for (name, link) in codes {
        let label = if name == "kod1" { Label::OFFLINE } else { Label::CERTYFIKAT };
        let code = Code::new(link, label, EccLevel::M).unwrap();
        group.bench_function(format!("png/{name}"), |bencher| bencher.iter(|| renderer.png(black_box(&code))));
        group.bench_function(format!("svg/{name}"), |bencher| bencher.iter(|| renderer.svg(black_box(&code))));
        group.bench_function(format!("pdf/{name}"), |bencher| bencher.iter(|| renderer.pdf(black_box(&code))));
    }
    group.finish();
}

criterion_group!(benches, read, sign, draw);
criterion_main!(benches);
