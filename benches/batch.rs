//! The batch path on one thread, against its floor and against a plain composition of the stock crates.
//!
//! `cargo bench --bench batch`; the ids are those of the README's table:
//! - `floor`: SHA-256 of the invoice and one signature, what no implementation can do without;
//! - `links`: invoice bytes to both links;
//! - `png`: invoice bytes to both links and both labelled PNGs in memory;
//! - `naive`: the same as `png`, as one would write it with p256 (rsa), qrcode and image, in an afternoon.

mod common;

use std::hint::black_box;

use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main, measurement::WallTime};
use ksef_qr::sign::{LinkSigner, SignatureEncoding};
use ksef_qr::{Code, Credential, EccLevel, Invoice, Issuer, Label, Renderer, Style};
use sha2::{Digest as _, Sha256};

use common::{SIZES, ec, invoice, issuer, rsa};

/// What is signed when only the signature is measured: a text of the usual length.
const TEXT: &[u8] = b"qr-test.ksef.mf.gov.pl/certificate/Nip/5265877635/5265877635/01F0A1B2C3D4E501/UtQp9Gpc51y-u3xApZjIjgkpZ01js-J8KflSPW8WzIE";

fn batch(criterion: &mut Criterion) {
    let key = p256::ecdsa::SigningKey::from(secret_key());
    group(criterion, "batch", ec, &|text| {
        use p256::ecdsa::signature::Signer as _;
        let signature: p256::ecdsa::Signature = key.sign(text);
        signature.to_bytes().to_vec()
    });
}

/// The rsa crate is measured and used nowhere else: its private operation leaks timing (RUSTSEC-2023-0071).
fn batch_rsa(criterion: &mut Criterion) {
    use rsa::pkcs8::DecodePrivateKey as _;
    use rsa::signature::{RandomizedSigner as _, SignatureEncoding as _};
    let pem = include_str!("../fixtures/keys/offline-rsa.pkcs8.pem");
    let key = rsa::pss::SigningKey::<Sha256>::new(rsa::PrivateKey::from_pkcs8_pem(pem).unwrap());
    group(criterion, "batch_rsa", rsa, &|text| key.sign_with_rng(&mut rand::rng(), text).to_vec());
}

fn group(criterion: &mut Criterion, name: &str, credential: fn() -> Credential, naive_sign: &dyn Fn(&[u8]) -> Vec<u8>) {
    let issuer = issuer(credential());
    let signer = ksef_qr::sign::signer(&credential(), SignatureEncoding::P1363).unwrap();
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Elements(1));
    for (size, bytes) in SIZES {
        let xml = invoice(bytes);
        floor(&mut group, size, &xml, signer.as_ref());
        group.bench_function(format!("links/{size}"), |bencher| bencher.iter(|| links(black_box(&xml), &issuer)));
        let mut renderer = Renderer::new(Style::default());
        group.bench_function(format!("png/{size}"), |bencher| {
            bencher.iter(|| png(black_box(&xml), &issuer, &mut renderer));
        });
        let serial = issuer.credential().certificate().serial().to_string();
        group.bench_function(format!("naive/{size}"), |bencher| {
            bencher.iter(|| naive::codes(black_box(&xml), &serial, naive_sign));
        });
    }
    group.finish();
}

fn floor(group: &mut BenchmarkGroup<'_, WallTime>, size: &str, xml: &[u8], signer: &dyn LinkSigner) {
    group.bench_function(format!("floor/{size}"), |bencher| {
        bencher.iter(|| (Sha256::digest(black_box(xml)), signer.sign(black_box(TEXT)).unwrap()));
    });
}

fn links(xml: &[u8], issuer: &Issuer) -> (String, String) {
    let links = issuer.sign(&Invoice::read(xml).unwrap()).unwrap();
    (links.kod1, links.kod2)
}

fn png(xml: &[u8], issuer: &Issuer, renderer: &mut Renderer) -> (Vec<u8>, Vec<u8>) {
    let (kod1, kod2) = links(xml, issuer);
    let mut draw = |link: String, label: Label| renderer.png(&Code::new(link, label, EccLevel::M).unwrap());
    (draw(kod1, Label::OFFLINE), draw(kod2, Label::CERTYFIKAT))
}

fn secret_key() -> p256::SecretKey {
    use p256::pkcs8::DecodePrivateKey as _;
    p256::SecretKey::from_pkcs8_pem(include_str!("../fixtures/keys/offline-ec.pkcs8.pem")).unwrap()
}

/// What one would write with the stock crates. It checks nothing, and leaves the labels out, to its advantage.
mod naive {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use image::{ImageFormat, Luma};
    use qrcode::{EcLevel, QrCode};
    use quick_xml::Reader;
    use quick_xml::events::Event;
    use sha2::{Digest as _, Sha256};

    pub fn codes(xml: &[u8], serial: &str, sign: &dyn Fn(&[u8]) -> Vec<u8>) -> (Vec<u8>, Vec<u8>) {
        let (nip, date) = facts(std::str::from_utf8(xml).unwrap());
        let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(xml));
        let (year, month, day) = (&date[..4], &date[5..7], &date[8..]);
        let host = "qr-test.ksef.mf.gov.pl";
        let kod1 = format!("https://{host}/invoice/{nip}/{day}-{month}-{year}/{hash}");
        let text = format!("{host}/certificate/Nip/{nip}/{nip}/{serial}/{hash}");
        let kod2 = format!("https://{text}/{}", URL_SAFE_NO_PAD.encode(sign(text.as_bytes())));
        (png(&kod1), png(&kod2))
    }

    fn facts(xml: &str) -> (String, String) {
        let (mut nip, mut date) = (String::new(), String::new());
        let mut path = Vec::new();
        let mut reader = Reader::from_str(xml);
        loop {
            match reader.read_event().unwrap() {
                Event::Start(start) => path.push(start.local_name().as_ref().to_owned()),
                Event::End(_) => _ = path.pop(),
                Event::Text(text) => match path.join("/").as_str() {
                    "Faktura/Podmiot1/DaneIdentyfikacyjne/NIP" => nip.push_str(&text),
                    "Faktura/Fa/P_1" => date.push_str(&text),
                    _ => {}
                },
                Event::Eof => return (nip, date),
                _ => {}
            }
        }
    }

    fn png(link: &str) -> Vec<u8> {
        let code = QrCode::with_error_correction_level(link, EcLevel::M).unwrap();
        let (modules, width, quiet, px) = (code.to_colors(), code.width() as u32, 4, 6);
        let side = (width + 2 * quiet) * px;
        let picture = image::ImageBuffer::from_fn(side, side, |x, y| {
            let (x, y) = ((x / px).wrapping_sub(quiet), (y / px).wrapping_sub(quiet));
            let dark = x < width && y < width && modules[(y * width + x) as usize] == qrcode::Color::Dark;
            Luma([if dark { 0_u8 } else { 255 }])
        });
        let mut png = std::io::Cursor::new(Vec::new());
        picture.write_to(&mut png, ImageFormat::Png).unwrap();
        png.into_inner()
    }
}

criterion_group!(benches, batch, batch_rsa);
criterion_main!(benches);
